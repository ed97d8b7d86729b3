using System.Runtime.CompilerServices;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>Scanning of runs of characters of one kind.</summary>
internal static class Runs
{
    private const char LongS = '\u017F';

    /// <summary>Where the run of characters of the given kinds that starts at <paramref name="index"/> ends.</summary>
    public static int Of(ReadOnlySpan<char> text, int index, uint mask)
    {
        while (index < text.Length && CodePoints.Is(CodePoints.At(text, index, out int length), mask))
            index += length;
        return index;
    }

    /// <summary>The same for words, which mostly are of ASCII letters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Letters(ReadOnlySpan<char> text, int index, uint mask)
    {
        while ((uint)index < (uint)text.Length && (uint)((text[index] | 0x20) - 'a') < 26)
            index++;
        return (uint)index < (uint)text.Length && text[index] >= 0x80 ? MixedLetters(text, index, mask) : index;
    }

    /// <summary>
    /// How long the contraction at an apostrophe is, or 0: <c>'s 't 'm 'd 're 've 'll</c>. Without regard to case, the long s
    /// (U+017F) counts as an s too, since it folds to it.
    /// </summary>
    public static int Contraction(ReadOnlySpan<char> text, int start, bool ignoreCase)
    {
        if (start + 1 >= text.Length)
            return 0;

        char first = Fold(text[start + 1], ignoreCase);
        if (first is 's' or 't' or 'm' or 'd')
            return 2;
        if (start + 2 >= text.Length)
            return 0;

        char second = Fold(text[start + 2], ignoreCase);
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: white space up to, but not including, the last before a word.</summary>
    public static int SpacesBeforeWord(ReadOnlySpan<char> text, int start) =>
        SpacesBeforeWord(text, start, Of(text, start, CodePoints.Space));

    /// <summary>The same, with the end of the white space known.</summary>
    public static int SpacesBeforeWord(ReadOnlySpan<char> text, int start, int end) =>
        end < text.Length && end - start > 1 ? end - 1 : end;

    private static int MixedLetters(ReadOnlySpan<char> text, int index, uint mask) => Of(text, index, mask);

    private static char Fold(char value, bool ignoreCase)
    {
        if (!ignoreCase)
            return value;
        return value switch
        {
            >= 'A' and <= 'Z' => (char)(value | 0x20),
            LongS => 's',
            _ => value,
        };
    }
}
