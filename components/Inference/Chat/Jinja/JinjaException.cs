namespace Serverless.Inference.Chat.Jinja;

/// <summary>A template that cannot be parsed, or that failed on its variables.</summary>
public sealed class JinjaException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="reason">What is wrong, without the place.</param>
    /// <param name="line">Line of the template, from 1; 0 if unknown.</param>
    /// <param name="column">Column of the line, in UTF-16 units from 1; 0 if unknown.</param>
    public JinjaException(string reason, int line = 0, int column = 0)
        : base(line > 0 ? $"line {line}, column {column}: {reason}" : reason)
    {
        Reason = reason;
        Line = line;
        Column = column;
    }

    /// <summary>What is wrong, without the place; for <c>raise_exception(...)</c> its argument.</summary>
    public string Reason { get; }

    /// <summary>Line of the template, from 1; 0 if unknown.</summary>
    public int Line { get; }

    /// <summary>Column of the line, in UTF-16 units from 1; 0 if unknown.</summary>
    public int Column { get; }

    /// <summary>The error at an offset of a source text.</summary>
    internal static JinjaException At(string source, int position, string reason)
    {
        var before = source.AsSpan(0, Math.Min(position, source.Length));
        var line = before.Count('\n') + 1;
        return new JinjaException(reason, line, before.Length - before.LastIndexOf('\n'));
    }
}
