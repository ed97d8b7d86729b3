using System.Globalization;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The methods of strings that ask what all their characters are.</summary>
internal static class TextPredicates
{
    public static IEnumerable<Builtin> All { get; } =
    [
        Each("isdigit", c => IsDigit(c)),
        Each("isdecimal", c => Category(c) == UnicodeCategory.DecimalDigitNumber),
        Each("isnumeric", c => CharUnicodeInfo.GetNumericValue(c, 0) is >= 0 or -0.5),
        Each("isalpha", c => char.IsLetter(c, 0)),
        Each("isalnum", c => char.IsLetter(c, 0) || CharUnicodeInfo.GetNumericValue(c, 0) >= 0),
        Each("isspace", c => Whitespace.Is(c[0])),
        TextMethods.New("isascii", (_, text, _) => text.All(char.IsAscii)),
        TextMethods.New("islower", (_, text, _) => Casing.Lower(text) == text && Casing.Upper(text) != text),
        TextMethods.New("isupper", (_, text, _) => Casing.Upper(text) == text && Casing.Lower(text) != text),
        TextMethods.New("istitle", (_, text, _) => Casing.Title(text) == text && (Casing.Lower(text) != text || Casing.Upper(text) != text)),
        TextMethods.New("isidentifier", (_, text, _) => text.Length > 0 && !char.IsAsciiDigit(text[0]) && CodePoints.Of(text).All(c => c == "_" || char.IsLetterOrDigit(c, 0))),
    ];

    private static Builtin Each(string name, Predicate<string> holds) =>
        TextMethods.New(name, (_, text, _) => text.Length > 0 && CodePoints.Of(text).All(c => holds(c)));

    /// <summary>Decimal digits and superscripts and the like, which have a digit value too.</summary>
    private static bool IsDigit(string c) => Category(c) == UnicodeCategory.DecimalDigitNumber || CharUnicodeInfo.GetDigitValue(c, 0) >= 0;

    private static UnicodeCategory Category(string c) => CharUnicodeInfo.GetUnicodeCategory(c, 0);
}
