namespace Serverless.Inference.Chat.Jinja;

/// <summary>The methods of strings that look for others in them.</summary>
internal static class TextSearching
{
    public static IEnumerable<Builtin> All { get; } =
    [
        Search("find", (run, text, part) => (long)CodePoints.IndexOfUnit(text, text.IndexOf(part, StringComparison.Ordinal)), -1L),
        Search("rfind", (run, text, part) => (long)CodePoints.IndexOfUnit(text, LastIndexOf(text, part)), -1L),
        Search("index", (run, text, part) => (long)CodePoints.IndexOfUnit(text, text.IndexOf(part, StringComparison.Ordinal)), null),
        Search("rindex", (run, text, part) => (long)CodePoints.IndexOfUnit(text, LastIndexOf(text, part)), null),
        TextMethods.New("count", (run, text, arguments) => Count(Window(text, arguments).Text, TextValue.Require(arguments[0], "count() argument")), "sub", ("start", null), ("end", null)),
        Affix("startswith", (text, affix) => text.StartsWith(affix, StringComparison.Ordinal)),
        Affix("endswith", (text, affix) => text.EndsWith(affix, StringComparison.Ordinal)),
    ];

    private static int LastIndexOf(string text, string part) =>
        part.Length == 0 ? text.Length : text.LastIndexOf(part, StringComparison.Ordinal);

    private static Builtin Search(string name, Func<Run, string, string, long> find, object? absent) => TextMethods.New(name, (run, text, arguments) =>
    {
        var part = TextValue.Require(arguments[0], $"{name}() argument");
        var window = Window(text, arguments);
        var index = window.Valid ? find(run, window.Text, part) : -1;
        return index >= 0 ? index + window.Start : absent ?? throw new JinjaException("substring not found");
    }, "sub", ("start", null), ("end", null));

    private static Builtin Affix(string name, Func<string, string, bool> has) => TextMethods.New(name, (run, text, arguments) =>
    {
        var window = Window(text, arguments);
        if (arguments[0] is JinjaTuple several)
            return window.Valid && several.Items.Any(affix => has(window.Text, TextValue.Require(affix, $"an element of the tuple for {name}")));
        if (!TextValue.TryGet(arguments[0], out var one))
            throw arguments[0] is Undefined undefined ? undefined.Fail() : new JinjaException($"{name} first arg must be str or a tuple of str, not {TypeNames.Of(arguments[0])}");
        return window.Valid && has(window.Text, one);
    }, "affix", ("start", null), ("end", null));

    /// <summary>The part of a text between the optional positions, and where it starts; not valid if it starts after the text.</summary>
    private static (string Text, int Start, bool Valid) Window(string text, object?[] arguments)
    {
        if (arguments[1] is null && arguments[2] is null)
            return (text, 0, true);
        var length = CodePoints.Count(text);
        var (start, end) = (Bound(arguments[1], 0), Bound(arguments[2], length));
        return start > length || end < start
            ? ("", (int)Math.Min(start, length), start <= length && end >= start)
            : (CodePoints.Slice(text, (int)start, (int)(end - start), 1), (int)start, true);

        long Bound(object? value, long absent)
        {
            if (value is null)
                return absent;
            var index = Number.RequireInteger(value, "a position");
            return index < 0 ? Math.Max(0, index + length) : value == arguments[2] ? Math.Min(index, length) : index;
        }
    }

    private static long Count(string text, string part)
    {
        if (part.Length == 0)
            return CodePoints.Count(text) + 1;
        long count = 0;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
            count++;
        return count;
    }
}
