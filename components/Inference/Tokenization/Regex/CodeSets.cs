using System.Globalization;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Regex;

/// <summary>The named sets of Oniguruma, the engine whose patterns tokenizer.json files hold.</summary>
internal static class CodeSets
{
    private static readonly Dictionary<string, uint> s_categories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["L"] = CodePoints.Letter,
        ["M"] = CodePoints.Mark,
        ["N"] = CodePoints.Number,
        ["P"] = CodePoints.Punctuation,
        ["S"] = CodePoints.Symbol,
        ["Z"] = CodePoints.Separator,
        ["C"] = ~(CodePoints.Letter | CodePoints.Mark | CodePoints.Number | CodePoints.Punctuation | CodePoints.Symbol | CodePoints.Space) | CodePoints.Control,
        ["Lu"] = CodePoints.Mask(UnicodeCategory.UppercaseLetter),
        ["Ll"] = CodePoints.Mask(UnicodeCategory.LowercaseLetter),
        ["Lt"] = CodePoints.Mask(UnicodeCategory.TitlecaseLetter),
        ["Lm"] = CodePoints.Mask(UnicodeCategory.ModifierLetter),
        ["Lo"] = CodePoints.Mask(UnicodeCategory.OtherLetter),
        ["Mn"] = CodePoints.Mask(UnicodeCategory.NonSpacingMark),
        ["Mc"] = CodePoints.Mask(UnicodeCategory.SpacingCombiningMark),
        ["Me"] = CodePoints.Mask(UnicodeCategory.EnclosingMark),
        ["Nd"] = CodePoints.Mask(UnicodeCategory.DecimalDigitNumber),
        ["Nl"] = CodePoints.Mask(UnicodeCategory.LetterNumber),
        ["No"] = CodePoints.Mask(UnicodeCategory.OtherNumber),
        ["Zs"] = CodePoints.Mask(UnicodeCategory.SpaceSeparator),
        ["Zl"] = CodePoints.Mask(UnicodeCategory.LineSeparator),
        ["Zp"] = CodePoints.Mask(UnicodeCategory.ParagraphSeparator),
        ["Cc"] = CodePoints.Control,
        ["Cf"] = CodePoints.Mask(UnicodeCategory.Format),
        ["Co"] = CodePoints.Mask(UnicodeCategory.PrivateUse),
        ["Cn"] = CodePoints.Mask(UnicodeCategory.OtherNotAssigned),
        ["Pc"] = CodePoints.Mask(UnicodeCategory.ConnectorPunctuation),
        ["Pd"] = CodePoints.Mask(UnicodeCategory.DashPunctuation),
        ["Ps"] = CodePoints.Mask(UnicodeCategory.OpenPunctuation),
        ["Pe"] = CodePoints.Mask(UnicodeCategory.ClosePunctuation),
        ["Pi"] = CodePoints.Mask(UnicodeCategory.InitialQuotePunctuation),
        ["Pf"] = CodePoints.Mask(UnicodeCategory.FinalQuotePunctuation),
        ["Po"] = CodePoints.Mask(UnicodeCategory.OtherPunctuation),
        ["Sm"] = CodePoints.Mask(UnicodeCategory.MathSymbol),
        ["Sc"] = CodePoints.Mask(UnicodeCategory.CurrencySymbol),
        ["Sk"] = CodePoints.Mask(UnicodeCategory.ModifierSymbol),
        ["So"] = CodePoints.Mask(UnicodeCategory.OtherSymbol),
    };

    /// <summary><c>.</c>: everything but a line feed.</summary>
    public static CodeSet Any { get; } = new(codePoint => codePoint != '\n');

    /// <summary><c>\s</c>.</summary>
    public static CodeSet Space { get; } = CodeSet.Kinds(CodePoints.Space);

    /// <summary><c>\d</c>.</summary>
    public static CodeSet Digit { get; } = CodeSet.Kinds(CodePoints.Mask(UnicodeCategory.DecimalDigitNumber));

    /// <summary><c>\h</c>: a hexadecimal digit.</summary>
    public static CodeSet Hex { get; } = new(codePoint => codePoint < 128 && char.IsAsciiHexDigit((char)codePoint));

    /// <summary><c>\w</c>: Oniguruma leaves the joiners out, and lets the superscript digits and the fractions of Latin-1 in.</summary>
    public static CodeSet Word { get; } = new(codePoint => codePoint switch
    {
        0x200C or 0x200D => false,
        0xB2 or 0xB3 or 0xB9 or 0xBC or 0xBD or 0xBE => true,
        _ => CodePoints.IsWord(codePoint),
    });

    /// <summary>The set of a general category by its short name, or null.</summary>
    public static CodeSet? Category(string name) => s_categories.TryGetValue(name, out uint mask) ? CodeSet.Kinds(mask) : null;

    /// <summary>
    /// An ASCII character without regard to case; with it comes what folds to it from outside of ASCII, the long s and the
    /// Kelvin sign.
    /// </summary>
    public static CodeSet IgnoringCase(char value)
    {
        char lower = char.ToLowerInvariant(value);
        int foreign = lower switch { 's' => 0x17F, 'k' => 0x212A, _ => lower };
        return new CodeSet(codePoint => codePoint == lower || codePoint == char.ToUpperInvariant(lower) || codePoint == foreign);
    }
}
