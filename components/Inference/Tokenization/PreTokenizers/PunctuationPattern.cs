using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>
/// One punctuation character: a symbol of ASCII or <c>\p{P}</c>. The reference's own table of these is an old one, so what
/// became punctuation later is not counted, and two characters that no longer are still do.
/// </summary>
internal sealed class PunctuationPattern : TextPattern
{
    private static readonly (int First, int Last)[] s_later =
    [
        (0x61D, 0x61D), (0x9FD, 0x9FD), (0xA76, 0xA76), (0xC77, 0xC77), (0xC84, 0xC84), (0x1B4E, 0x1B4F), (0x1B7D, 0x1B7F), (0x2E43, 0x2E4F),
        (0x2E52, 0x2E5D), (0x10D6E, 0x10D6E), (0x10EAD, 0x10EAD), (0x10F55, 0x10F59), (0x10F86, 0x10F89), (0x113D4, 0x113D8), (0x1144B, 0x1144F),
        (0x1145A, 0x1145D), (0x11660, 0x1166C), (0x116B9, 0x116B9), (0x1183B, 0x1183B), (0x11944, 0x11946), (0x119E2, 0x119E2), (0x11A3F, 0x11A46),
        (0x11A9A, 0x11AA2), (0x11B00, 0x11B09), (0x11BE1, 0x11BE1), (0x11C41, 0x11C45), (0x11C70, 0x11C71), (0x11EF7, 0x11EF8), (0x11F43, 0x11F4F),
        (0x11FFF, 0x11FFF), (0x12FF1, 0x12FF2), (0x16D6D, 0x16D6F), (0x16E97, 0x16E9A), (0x16FE2, 0x16FE2), (0x1E5FF, 0x1E5FF), (0x1E95E, 0x1E95F),
    ];

    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        int length;
        for (start = from; start < text.Length; start += length)
        {
            int codePoint = CodePoints.At(text, start, out length);
            if (IsPunctuation(codePoint))
            {
                end = start + length;
                return true;
            }
        }

        end = start;
        return false;
    }

    private static bool IsPunctuation(int codePoint)
    {
        if (codePoint < 0x80)
            return CodePoints.Is(codePoint, CodePoints.Punctuation | CodePoints.Symbol);
        if (!CodePoints.Is(codePoint, CodePoints.Punctuation))
            return codePoint is 0x166D or 0x111C9;
        return !Array.Exists(s_later, range => codePoint >= range.First && codePoint <= range.Last);
    }
}
