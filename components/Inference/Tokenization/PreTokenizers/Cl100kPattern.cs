using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>
/// The words of cl100k, Llama 3 and Qwen, scanned by hand:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
/// </summary>
/// <param name="digits">The longest run of digits in one word: 3 for cl100k and Llama 3, 1 for Qwen.</param>
/// <param name="letters">What words are made of: letters, in newer Qwen models letters and marks.</param>
internal sealed class Cl100kPattern(int digits, uint letters) : CoveringPattern
{
    private readonly uint _other = ~(CodePoints.Space | letters | CodePoints.Number);

    /// <inheritdoc/>
    public override int End(ReadOnlySpan<char> text, int start)
    {
        int codePoint = CodePoints.At(text, start, out int length);
        if (codePoint == '\'' && Runs.Contraction(text, start, ignoreCase: true) is > 0 and int contraction)
            return start + contraction;

        int second = start + length;
        if (CodePoints.Is(codePoint, letters))
            return Runs.Letters(text, second, letters);
        if (CodePoints.Is(codePoint, CodePoints.Number))
            return DigitsEnd(text, second);

        bool more = second < text.Length;
        int next = more ? CodePoints.At(text, second, out int nextLength) : 0;
        if (more && !CodePoints.Is(codePoint, CodePoints.NewLine) && CodePoints.Is(next, letters))
            return Runs.Letters(text, second, letters);
        if (CodePoints.Is(codePoint, _other) || (codePoint == ' ' && more && CodePoints.Is(next, _other)))
            return Runs.Of(text, Runs.Of(text, second, _other), CodePoints.NewLine);
        return SpacesEnd(text, start);
    }

    private int DigitsEnd(ReadOnlySpan<char> text, int index)
    {
        for (int count = 1; count < digits && index < text.Length; count++)
        {
            if (!CodePoints.Is(CodePoints.At(text, index, out int length), CodePoints.Number))
                break;
            index += length;
        }

        return index;
    }

    private static int SpacesEnd(ReadOnlySpan<char> text, int start)
    {
        int end = Runs.Of(text, start, CodePoints.Space);
        int newLine = text[start..end].LastIndexOfAny('\r', '\n');
        return newLine >= 0 ? start + newLine + 1 : Runs.SpacesBeforeWord(text, start, end);
    }
}
