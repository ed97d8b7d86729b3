using System.Buffers;
using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The methods of strings, with Python's meaning; positions count code points.</summary>
internal static class TextMethods
{
    private static readonly SearchValues<char> s_lineBreaks = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    public static IEnumerable<Builtin> All { get; } =
    [
        Of("upper", Casing.Upper),
        Of("lower", Casing.Lower),
        Of("casefold", text => Casing.Lower(text).Replace("ß", "ss", StringComparison.Ordinal)),
        Of("capitalize", Casing.Capitalize),
        Of("title", Casing.Title),
        Of("swapcase", text => string.Concat(CodePoints.Of(text).Select(c => char.IsUpper(c, 0) ? Casing.Lower(c) : Casing.Upper(c)))),
        New("strip", (run, text, arguments) => Strip(text, arguments[0], start: true, end: true), ("chars", null)),
        New("lstrip", (run, text, arguments) => Strip(text, arguments[0], start: true, end: false), ("chars", null)),
        New("rstrip", (run, text, arguments) => Strip(text, arguments[0], start: false, end: true), ("chars", null)),
        New("removeprefix", (run, text, arguments) => RemovePrefix(text, TextValue.Require(arguments[0], "the prefix")), "prefix"),
        New("removesuffix", (run, text, arguments) => RemoveSuffix(text, TextValue.Require(arguments[0], "the suffix")), "suffix"),
        New("replace", (run, text, arguments) => Replace(run, text, TextValue.Require(arguments[0], "replace() argument 1"), TextValue.Require(arguments[1], "replace() argument 2"), Number.RequireInteger(arguments[2], "count")), "old", "new", ("count", -1L)),
        New("join", Join, "items"),
        New("splitlines", (run, text, arguments) => new JinjaList([.. Lines(text, Truth.Of(arguments[0]))]), ("keepends", false)),
        New("split", (run, text, arguments) => TextSplitting.Split(run, text, arguments, fromRight: false), ("sep", null), ("maxsplit", -1L)),
        New("rsplit", (run, text, arguments) => TextSplitting.Split(run, text, arguments, fromRight: true), ("sep", null), ("maxsplit", -1L)),
        New("partition", (run, text, arguments) => TextSplitting.Partition(text, arguments[0], last: false), "sep"),
        New("rpartition", (run, text, arguments) => TextSplitting.Partition(text, arguments[0], last: true), "sep"),
        New("center", (run, text, arguments) => Center(run, text, Number.RequireInt32(arguments[0], "width"), arguments[1]), "width", ("fillchar", " ")),
        New("ljust", (run, text, arguments) => text + Padding(run, text, arguments[0], arguments[1]), "width", ("fillchar", " ")),
        New("rjust", (run, text, arguments) => Padding(run, text, arguments[0], arguments[1]) + text, "width", ("fillchar", " ")),
        New("zfill", (run, text, arguments) => ZeroFill(run, text, arguments[0]), "width"),
        New("encode", (_, _, _) => throw new JinjaException("bytes are not supported")),
        Builtin.Variadic("format", (run, subject, arguments) => BraceFormat.Format(run, Text(subject), arguments)),
        .. TextSearching.All,
        .. TextPredicates.All,
    ];

    /// <summary>A method of a string.</summary>
    public static Builtin New(string name, Func<Run, string, object?[], object?> body, params Parameter[] parameters) =>
        new(name, (run, subject, arguments) => body(run, run.Charged(Text(subject)), arguments), parameters);

    public static string Strip(string text, object? chars, bool start, bool end)
    {
        if (chars is null)
        {
            var span = text.AsSpan();
            span = start ? Whitespace.TrimStart(span) : span;
            span = end ? Whitespace.TrimEnd(span) : span;
            return span.Length == text.Length ? text : span.ToString();
        }

        var set = TextValue.Require(chars, "strip arg");
        return (start, end) switch
        {
            _ when set.Length == 0 => text,
            (true, true) => text.Trim(set.ToCharArray()),
            (true, false) => text.TrimStart(set.ToCharArray()),
            _ => text.TrimEnd(set.ToCharArray()),
        };
    }

    /// <summary>Replaces the first <paramref name="count"/> occurrences; all if it is negative.</summary>
    public static string Replace(Run run, string text, string old, string replacement, long count)
    {
        var limit = count < 0 ? int.MaxValue : count;
        var result = new StringBuilder();
        var at = 0;
        for (; limit > 0; limit--)
        {
            var next = old.Length == 0 ? at : text.IndexOf(old, at, StringComparison.Ordinal);
            if (next < 0)
                break;
            result.Append(text, at, next - at).Append(replacement);
            run.Step();
            run.LimitText(result.Length);
            at = next + old.Length;
            if (old.Length > 0)
                continue;
            if (at == text.Length)
                break;
            var units = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
            result.Append(text, at, units);
            at += units;
        }

        return run.Charged(result.Append(text, at, text.Length - at).ToString());
    }

    public static string Center(Run run, string text, int width, object? fill)
    {
        var missing = width - CodePoints.Count(text);
        if (missing <= 0)
            return text;
        run.ChargeText(width);
        var left = (missing / 2) + (missing & width & 1);
        var unit = Fill(fill);
        return Repeat(unit, left) + text + Repeat(unit, missing - left);
    }

    /// <summary>Python's <c>splitlines</c>: more kinds of line breaks than <c>\n</c>, and none after the last one.</summary>
    public static List<string> Lines(string text, bool keepEnds)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.AsSpan(at).IndexOfAny(s_lineBreaks);
            end = end < 0 ? text.Length : at + end;
            var after = end == text.Length ? end : end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
            lines.Add(text[at..(keepEnds ? after : end)]);
            at = after;
        }

        return lines;
    }

    /// <summary>What blanks separate.</summary>
    public static IEnumerable<string> Words(string text)
    {
        for (var at = Whitespace.Skip(text, 0); at < text.Length;)
        {
            var end = at;
            while (end < text.Length && !Whitespace.Is(text[end]))
                end++;
            yield return text[at..end];
            at = Whitespace.Skip(text, end);
        }
    }

    private static Builtin Of(string name, Func<string, string> change) => New(name, (run, text, _) => run.Charged(change(text)));

    private static string Text(object? subject) => TextValue.Require(subject, "the subject");

    private static string RemovePrefix(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;

    private static string RemoveSuffix(string text, string suffix) =>
        suffix.Length > 0 && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text;

    private static string Join(Run run, string separator, object?[] arguments)
    {
        var parts = new List<string>();
        long length = 0;
        if (!Iteration.IsIterable(arguments[0]))
            throw new JinjaException("can only join an iterable");
        foreach (var item in Iteration.Of(run, arguments[0]))
        {
            if (!TextValue.TryGet(item, out var part))
                throw new JinjaException($"sequence item {parts.Count}: expected str instance, {TypeNames.Of(item)} found");
            length += part.Length + separator.Length;
            run.LimitText(length - separator.Length);
            parts.Add(part);
        }

        return run.Charged(string.Join(separator, parts));
    }

    private static string ZeroFill(Run run, string text, object? width)
    {
        var sign = text.Length > 0 && (text[0] is '+' or '-') ? 1 : 0;
        return text[..sign] + Padding(run, text, width, "0") + text[sign..];
    }

    private static string Padding(Run run, string text, object? width, object? fill)
    {
        var missing = Number.RequireInt32(width, "width") - CodePoints.Count(text);
        run.ChargeText(Math.Max(0, missing));
        return Repeat(Fill(fill), missing);
    }

    private static string Fill(object? fill)
    {
        var text = TextValue.Require(fill, "the fill character");
        return CodePoints.Count(text) == 1 ? text : throw new JinjaException("The fill character must be exactly one character long");
    }

    private static string Repeat(string unit, int count) => string.Concat(Enumerable.Repeat(unit, Math.Max(0, count)));
}
