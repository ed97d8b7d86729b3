using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>Writes every piece's UTF-8 bytes in <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteMapping : PreTokenizer
{
    /// <inheritdoc/>
    public override ReadOnlySpan<char> Cut(ReadOnlySpan<char> text, int origin, Pieces from, Pieces to, TextBuffer changed)
    {
        foreach ((int start, int end) in from.Span)
        {
            int at = changed.Length;
            ByteAlphabet.Append(text[start..end], changed);
            to.Add(at, changed.Length);
        }

        return changed.Span;
    }
}
