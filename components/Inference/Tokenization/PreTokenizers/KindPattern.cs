using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>One code point of the given kinds.</summary>
internal sealed class KindPattern(uint mask) : TextPattern
{
    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        int length;
        for (start = from; start < text.Length; start += length)
        {
            int codePoint = CodePoints.At(text, start, out length);
            if (CodePoints.Is(codePoint, mask))
            {
                end = start + length;
                return true;
            }
        }

        end = start;
        return false;
    }
}
