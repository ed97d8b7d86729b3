using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>
/// The words of GPT-2 (Radford et al. 2019), scanned by hand:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
/// </summary>
internal sealed class Gpt2Pattern : CoveringPattern
{
    /// <summary>The pattern's text.</summary>
    public const string Regex = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public override int End(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Runs.Contraction(text, start, ignoreCase: false) is > 0 and int contraction)
            return start + contraction;

        int index = start;
        int codePoint = CodePoints.At(text, index, out int length);
        if (codePoint == ' ' && index + 1 < text.Length)
        {
            int next = CodePoints.At(text, index + 1, out int nextLength);
            if (!CodePoints.Is(next, CodePoints.Space))
                (index, codePoint, length) = (index + 1, next, nextLength);
        }

        if (CodePoints.Is(codePoint, CodePoints.Letter))
            return Runs.Letters(text, index + length, CodePoints.Letter);
        if (CodePoints.Is(codePoint, CodePoints.Number))
            return Runs.Of(text, index + length, CodePoints.Number);
        if (!CodePoints.Is(codePoint, CodePoints.Space))
            return Runs.Of(text, index + length, ~(CodePoints.Space | CodePoints.Letter | CodePoints.Number));
        return Runs.SpacesBeforeWord(text, start);
    }
}
