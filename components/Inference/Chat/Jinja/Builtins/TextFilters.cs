using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Filters that change the characters of a text.</summary>
internal static class TextFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        OfText("upper", Casing.Upper),
        OfText("lower", Casing.Lower),
        OfText("capitalize", Casing.Capitalize),
        OfText("title", Title),
        OfText("striptags", StripTags),
        new("wordcount", (run, value, _) => CountWords(run.Charged(Display.Text(run, value)))),
        new("trim", (run, value, arguments) => TextMethods.Strip(run.Charged(Display.Text(run, value)), arguments[0], start: true, end: true), ("chars", null)),
        new("replace", Replace, "old", "new", ("count", null)),
        Builtin.Variadic("format", Format),
        new("urlencode", UrlEncode),
    ];

    private static Builtin OfText(string name, Func<string, string> change) =>
        new(name, (run, value, _) => run.Charged(change(run.Charged(Display.Text(run, value)))));

    /// <summary>A capital at the start and after blanks, hyphens and opening brackets; the rest in lower case.</summary>
    private static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var start = true;
        foreach (var point in CodePoints.Of(text))
        {
            var separates = point[0] is '-' or '(' or '{' or '[' or '<' || Whitespace.Is(point[0]);
            title.Append(separates ? point : start ? Casing.Upper(point) : Casing.Lower(point));
            start = separates;
        }

        return title.ToString();
    }

    private static string StripTags(string text)
    {
        text = Remove(text, "<!--", "-->");
        text = Remove(text, "<", ">");
        return System.Net.WebUtility.HtmlDecode(string.Join(' ', TextMethods.Words(text)));
    }

    private static string Remove(string text, string open, string close)
    {
        var kept = new StringBuilder();
        var at = 0;
        while (text.IndexOf(open, at, StringComparison.Ordinal) is var start and >= 0
            && text.IndexOf(close, start, StringComparison.Ordinal) is var end and >= 0)
        {
            kept.Append(text, at, start - at);
            at = end + close.Length;
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }

    private static long CountWords(string text)
    {
        var count = 0;
        var inside = false;
        for (var at = 0; at < text.Length; at++)
        {
            var word = text[at] == '_' || char.IsLetterOrDigit(text, at) || (inside && char.IsLowSurrogate(text[at]))
                || char.GetUnicodeCategory(text[at]) is System.Globalization.UnicodeCategory.OtherNumber or System.Globalization.UnicodeCategory.LetterNumber;
            if (word && !inside)
                count++;
            inside = word;
        }

        return count;
    }

    private static string Replace(Run run, object? value, object?[] arguments)
    {
        var count = arguments[2] is null ? -1 : Number.RequireInteger(arguments[2], "count");
        return TextMethods.Replace(run, Display.Text(run, value), Display.Text(run, arguments[0]), Display.Text(run, arguments[1]), count);
    }

    private static string Format(Run run, object? value, Arguments arguments)
    {
        if (arguments.Positional.Length > 0 && arguments.Named.Length > 0)
            throw new JinjaException("can't handle positional and keyword arguments at the same time");
        if (arguments.Named.Length == 0)
            return PrintfFormat.Format(run, Display.Text(run, value), new JinjaTuple(arguments.Positional));
        var named = new JinjaDict();
        foreach (var (name, item) in arguments.Named)
            named[name] = item;
        return PrintfFormat.Format(run, Display.Text(run, value), named);
    }

    private static string UrlEncode(Run run, object? value, object?[] arguments)
    {
        if (value is string or Markup || !Iteration.IsIterable(value))
            return Quote(run, value, keepSlash: true);
        var pairs = Mappings.Is(value) ? new DictView(value, DictPart.Items).Items() : Iteration.Of(run, value);
        return run.Charged(string.Join('&', pairs.Select(pair =>
        {
            var parts = Iteration.ToList(run, pair);
            return parts.Count == 2
                ? $"{Quote(run, parts[0], keepSlash: false)}={Quote(run, parts[1], keepSlash: false)}"
                : throw new JinjaException($"urlencode wants pairs, and got {parts.Count} values");
        })));
    }

    private static string Quote(Run run, object? value, bool keepSlash)
    {
        var quoted = new StringBuilder();
        foreach (var unit in Encoding.UTF8.GetBytes(run.Charged(Display.Text(run, value))))
        {
            var c = (char)unit;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || (c == '/' && keepSlash))
                quoted.Append(c);
            else if (c == ' ' && !keepSlash)
                quoted.Append('+');
            else
                quoted.Append($"%{unit:X2}");
        }

        return quoted.ToString();
    }
}
