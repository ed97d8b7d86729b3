namespace Serverless.Inference.Chat.Jinja;

/// <summary>White space as Python's <c>str.isspace</c> knows it: .NET's, and the four ASCII separators.</summary>
internal static class Whitespace
{
    public static bool Is(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static int Skip(string text, int at)
    {
        while (at < text.Length && Is(text[at]))
            at++;
        return at;
    }

    public static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        var start = 0;
        while (start < text.Length && Is(text[start]))
            start++;
        return text[start..];
    }

    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && Is(text[end - 1]))
            end--;
        return text[..end];
    }
}
