namespace Serverless.Inference.Tokenization.Text;

/// <summary>Something to look for in text. Immutable.</summary>
internal abstract class TextPattern
{
    /// <summary>Finds the leftmost occurrence that starts at or after <paramref name="from"/>.</summary>
    public abstract bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end);

    /// <summary>Writes the text with every occurrence replaced.</summary>
    public void Replace(ReadOnlySpan<char> text, ReadOnlySpan<char> content, TextBuffer output)
    {
        int done = 0;
        int from = 0;
        while (from <= text.Length && TryFind(text, from, out int start, out int end))
        {
            output.Append(text[done..start]);
            output.Append(content);
            done = end;
            from = end > start ? end : end + 1;
        }

        output.Append(text[done..]);
    }
}

/// <summary>A string to look for, compared by code units.</summary>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    /// <summary>The string.</summary>
    public string Literal => literal;

    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        int offset = literal.Length == 0 ? -1 : text[from..].IndexOf(literal, StringComparison.Ordinal);
        start = from + Math.Max(offset, 0);
        end = start + literal.Length;
        return offset >= 0;
    }
}
