using System.Globalization;

namespace Serverless.Inference.Tokenization.Text;

/// <summary>
/// General categories of all code points in one flat table, so that a class of characters is one load and one bit test.
/// The categories are those of <see cref="CharUnicodeInfo"/> (Unicode 16 in .NET 10), which needs no ICU; the white space
/// and the line ends among the control characters have kinds of their own, since patterns tell them apart.
/// </summary>
internal static class CodePoints
{
    private const int ControlSpace = 30;
    private const int LineEnd = 31;

    /// <summary><c>\p{Lu}\p{Ll}\p{Lt}\p{Lm}\p{Lo}</c>.</summary>
    public const uint Letter = 0b11111;

    /// <summary><c>\p{M}</c>: Mn, Mc, Me.</summary>
    public const uint Mark = 0b111 << (int)UnicodeCategory.NonSpacingMark;

    /// <summary><c>\p{N}</c>: Nd, Nl, No.</summary>
    public const uint Number = 0b111 << (int)UnicodeCategory.DecimalDigitNumber;

    /// <summary><c>\p{P}</c>: Pc, Pd, Ps, Pe, Pi, Pf, Po.</summary>
    public const uint Punctuation = 0b1111111 << (int)UnicodeCategory.ConnectorPunctuation;

    /// <summary><c>\p{S}</c>: Sm, Sc, Sk, So.</summary>
    public const uint Symbol = 0b1111 << (int)UnicodeCategory.MathSymbol;

    /// <summary><c>\p{Z}</c>: Zs, Zl, Zp.</summary>
    public const uint Separator = 0b111 << (int)UnicodeCategory.SpaceSeparator;

    /// <summary>Carriage return and line feed.</summary>
    public const uint NewLine = 1u << LineEnd;

    /// <summary>The White_Space property: <c>\s</c>.</summary>
    public const uint Space = Separator | 1u << ControlSpace | NewLine;

    /// <summary><c>\p{Cc}</c>.</summary>
    public const uint Control = 1u << (int)UnicodeCategory.Control | 1u << ControlSpace | NewLine;

    private static readonly byte[] s_kinds = Build();

    /// <summary>The bits of one general category.</summary>
    public static uint Mask(UnicodeCategory category) => category == UnicodeCategory.Control ? Control : 1u << (int)category;

    /// <summary>Whether the code point is of one of the kinds in <paramref name="mask"/>.</summary>
    public static bool Is(int codePoint, uint mask) => (mask >> s_kinds[codePoint] & 1) != 0;

    /// <summary>The code point at <paramref name="index"/> of well-formed text, and how many chars it takes.</summary>
    public static int At(ReadOnlySpan<char> text, int index, out int length)
    {
        char first = text[index];
        if (!char.IsHighSurrogate(first) || index + 1 >= text.Length)
        {
            length = 1;
            return first;
        }

        length = 2;
        return char.ConvertToUtf32(first, text[index + 1]);
    }

    /// <summary>The code point that ends right before <paramref name="index"/>, and how many chars it takes.</summary>
    public static int Before(ReadOnlySpan<char> text, int index, out int length)
    {
        char last = text[index - 1];
        if (!char.IsLowSurrogate(last) || index < 2)
        {
            length = 1;
            return last;
        }

        length = 2;
        return char.ConvertToUtf32(text[index - 2], last);
    }

    /// <summary>
    /// What Rust's and Unicode's <c>\w</c> hold: letters, marks, decimal digits, letter numbers, connectors, joiners and the
    /// enclosed letters, which are alphabetic symbols.
    /// </summary>
    public static bool IsWord(int codePoint) =>
        Is(codePoint, Letter | Mark | 1u << (int)UnicodeCategory.DecimalDigitNumber | 1u << (int)UnicodeCategory.LetterNumber
            | 1u << (int)UnicodeCategory.ConnectorPunctuation)
        || codePoint is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9)
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    private static byte[] Build()
    {
        // Planes 4 to 13 are unassigned; 15 and 16 are for private use.
        var kinds = new byte[0x110000];
        Array.Fill(kinds, (byte)UnicodeCategory.OtherNotAssigned, 0x40000, 0xA0000);
        Fill(kinds, 0, 0x40000);
        Fill(kinds, 0xE0000, 0xF0000);
        Array.Fill(kinds, (byte)UnicodeCategory.PrivateUse, 0xF0000, 0x20000);
        foreach (int last in (int[])[0xFFFFE, 0xFFFFF, 0x10FFFE, 0x10FFFF])
            kinds[last] = (byte)UnicodeCategory.OtherNotAssigned;
        foreach (int space in (int[])['\t', '\v', '\f', 0x85])
            kinds[space] = ControlSpace;
        kinds['\r'] = LineEnd;
        kinds['\n'] = LineEnd;
        return kinds;
    }

    private static void Fill(byte[] kinds, int from, int to)
    {
        for (int codePoint = from; codePoint < to; codePoint++)
            kinds[codePoint] = (byte)CharUnicodeInfo.GetUnicodeCategory(codePoint);
    }
}
