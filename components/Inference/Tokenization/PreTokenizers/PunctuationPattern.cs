using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>One punctuation character: a symbol of ASCII or <c>\p{P}</c>.</summary>
internal sealed class PunctuationPattern : TextPattern
{
    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        int length;
        for (start = from; start < text.Length; start += length)
        {
            int codePoint = CodePoints.At(text, start, out length);
            if (CodePoints.Is(codePoint, codePoint < 0x80 ? CodePoints.Punctuation | CodePoints.Symbol : CodePoints.Punctuation))
            {
                end = start + length;
                return true;
            }
        }

        end = start;
        return false;
    }
}
