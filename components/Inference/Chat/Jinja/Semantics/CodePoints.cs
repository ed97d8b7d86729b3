using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Texts as Python sees them: sequences of code points, where .NET has UTF-16 units.</summary>
internal static class CodePoints
{
    private static readonly string[] s_ascii = [.. Enumerable.Range(0, 128).Select(c => ((char)c).ToString())];

    public static int Count(string text)
    {
        if (!HasSurrogates(text))
            return text.Length;
        var count = 0;
        for (var at = 0; at < text.Length; at += UnitsAt(text, at))
            count++;
        return count;
    }

    public static IEnumerable<string> Of(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var units = UnitsAt(text, at);
            yield return units == 1 && text[at] < 128 ? s_ascii[text[at]] : text.Substring(at, units);
            at += units;
        }
    }

    /// <summary>The code point at a valid index.</summary>
    public static string At(string text, int index)
    {
        if (!HasSurrogates(text))
            return text[index] < 128 ? s_ascii[text[index]] : text[index].ToString();
        var at = UnitOffset(text, index);
        return text.Substring(at, UnitsAt(text, at));
    }

    /// <summary>Every <paramref name="step"/>th code point from <paramref name="start"/>, <paramref name="count"/> of them.</summary>
    public static string Slice(string text, int start, int count, int step)
    {
        if (count == 0)
            return "";
        if (step == 1 && !HasSurrogates(text))
            return text.Substring(start, count);
        if (step == 1)
        {
            var first = UnitOffset(text, start);
            return text[first..UnitOffset(text, start + count)];
        }

        var points = HasSurrogates(text) ? Of(text).ToArray() : null;
        var slice = new StringBuilder(count);
        for (var i = 0; i < count; i++)
        {
            if (points is null)
                slice.Append(text[start + (i * step)]);
            else
                slice.Append(points[start + (i * step)]);
        }

        return slice.ToString();
    }

    /// <summary>The offset in UTF-16 units of a code point, or the length of the text.</summary>
    public static int UnitOffset(string text, int index)
    {
        if (!HasSurrogates(text))
            return index;
        var at = 0;
        for (; index > 0; index--)
            at += UnitsAt(text, at);
        return at;
    }

    /// <summary>The index of the code point at an offset in UTF-16 units.</summary>
    public static int IndexOfUnit(string text, int offset) => offset < 0 ? offset : Count(text[..offset]);

    /// <summary>Order by code point; UTF-16 order puts U+FFFF after U+10000.</summary>
    public static int Compare(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length)
            return a.Length.CompareTo(b.Length);
        var (x, y) = (a[at], b[at]);
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y) : char.IsSurrogate(x) ? (y >= '\ud800' ? 1 : x.CompareTo(y)) : x >= '\ud800' ? -1 : x.CompareTo(y);
    }

    private static bool HasSurrogates(string text) => text.AsSpan().ContainsAnyInRange('\ud800', '\udfff');

    private static int UnitsAt(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
}
