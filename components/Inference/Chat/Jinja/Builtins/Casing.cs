using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's changes of case: one character may become several.</summary>
internal static class Casing
{
    /// <summary>What becomes longer in upper case: the character, then what it becomes (Unicode's SpecialCasing, common scripts).</summary>
    private static readonly Dictionary<char, string> s_upper = new()
    {
        ['ß'] = "SS", ['ŉ'] = "ʼN", ['ǰ'] = "J̌", ['ΐ'] = "Ϊ́", ['ΰ'] = "Ϋ́", ['և'] = "ԵՒ",
        ['ﬀ'] = "FF", ['ﬁ'] = "FI", ['ﬂ'] = "FL", ['ﬃ'] = "FFI", ['ﬄ'] = "FFL", ['ﬅ'] = "ST", ['ﬆ'] = "ST",
    };

    public static string Upper(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\x7f'))
            return text.ToUpperInvariant();
        var upper = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (s_upper.TryGetValue(c, out var several))
                upper.Append(several);
            else
                upper.Append(c);
        }

        return upper.ToString().ToUpperInvariant();
    }

    public static string Lower(string text)
    {
        var lower = text.ToLowerInvariant();
        if (!text.AsSpan().ContainsAny('Σ', 'İ'))
            return lower;
        var changed = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == 'Σ')
                changed.Append(i > 0 && char.IsLetter(text[i - 1]) && (i + 1 == text.Length || !char.IsLetter(text[i + 1])) ? 'ς' : 'σ');
            else if (text[i] == 'İ')
                changed.Append("i̇");
            else
                changed.Append(lower[i]);
        }

        return changed.ToString();
    }

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
            return text;
        var first = CodePoints.At(text, 0);
        return TitleOf(first) + Lower(text)[first.Length..];
    }

    /// <summary>Python's <c>str.title</c>: a capital after every character that is no letter.</summary>
    public static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var start = true;
        foreach (var point in CodePoints.Of(text))
        {
            title.Append(start ? TitleOf(point) : Lower(point));
            start = !char.IsLetter(point, 0);
        }

        return title.ToString();
    }

    private static string TitleOf(string point) => point switch
    {
        "ß" => "Ss",
        "ﬁ" => "Fi",
        "ﬂ" => "Fl",
        _ => Upper(point),
    };
}
