namespace Serverless.Inference.Chat.Jinja;

/// <summary>Text that <c>safe</c> or <c>escape</c> marked as HTML: escaping it again changes nothing.</summary>
internal sealed class Markup(string text)
{
    public string Text => text;

    /// <summary>A value as HTML: marked text as it is, any other escaped.</summary>
    public static Markup Escape(Run run, object? value) => value as Markup ?? new Markup(Display.Text(run, value)
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal)
        .Replace("\"", "&#34;", StringComparison.Ordinal));
}
