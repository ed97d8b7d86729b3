using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>Puts a space before every piece that does not start with one, so that its first word looks like any other.</summary>
internal sealed class PrefixSpace : PreTokenizer
{
    /// <inheritdoc/>
    public override ReadOnlySpan<char> Cut(ReadOnlySpan<char> text, int origin, Pieces from, Pieces to, TextBuffer changed)
    {
        foreach ((int start, int end) in from.Span)
        {
            int at = changed.Length;
            if (text[start] != ' ')
                changed.Append(' ');
            changed.Append(text[start..end]);
            to.Add(at, changed.Length);
        }

        return changed.Span;
    }
}
