using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Filters that lay a text out in lines and columns.</summary>
internal static class LayoutFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("center", (run, value, arguments) => TextMethods.Center(run, Display.Text(run, value), Number.RequireInt32(arguments[0], "width"), " "), ("width", 80L)),
        new("indent", Indent, ("width", 4L), ("first", false), ("blank", false)),
        new("truncate", Truncate, ("length", 255L), ("killwords", false), ("end", "..."), ("leeway", null)),
        new("wordwrap", WordWrap, ("width", 79L), ("break_long_words", true), ("wrapstring", null), ("break_on_hyphens", true)),
    ];

    private static string Indent(Run run, object? value, object?[] arguments)
    {
        var unit = TextValue.TryGet(arguments[0], out var given) ? given : TextMethods.Center(run, "", Number.RequireInt32(arguments[0], "width"), " ");
        var lines = TextMethods.Lines(TextValue.Require(value, "the value of indent") + "\n", keepEnds: false);
        var blank = Truth.Of(arguments[2]);
        var text = new StringBuilder(Truth.Of(arguments[1]) ? unit : "");
        for (var i = 0; i < lines.Count; i++)
        {
            run.Step();
            run.LimitText(text.Length + (long)unit.Length + lines[i].Length);
            if (i > 0)
                text.Append('\n').Append(blank || lines[i].Length > 0 ? unit : "");
            text.Append(lines[i]);
        }

        return text.ToString();
    }

    private static object? Truncate(Run run, object? value, object?[] arguments)
    {
        var length = Number.RequireInt32(arguments[0], "length");
        var end = TextValue.Require(arguments[2], "end");
        var leeway = arguments[3] is null ? 5 : Number.RequireInt32(arguments[3], "leeway");
        var endLength = CodePoints.Count(end);
        if (length < endLength)
            throw new JinjaException($"expected length >= {endLength}, got {length}");
        if (leeway < 0)
            throw new JinjaException($"expected leeway >= 0, got {leeway}");
        if (Iteration.Length(value) <= (long)length + leeway)
            return value; // whatever it is, if it is short
        var text = run.Charged(TextValue.Require(value, "the value of truncate"));
        var kept = CodePoints.Slice(text, 0, length - endLength, 1);
        var blank = kept.LastIndexOf(' ');
        return (Truth.Of(arguments[1]) || blank < 0 ? kept : kept[..blank]) + end;
    }

    private static string WordWrap(Run run, object? value, object?[] arguments)
    {
        var width = Number.RequireInt32(arguments[0], "width");
        if (width <= 0)
            throw new JinjaException($"invalid width {width} (must be > 0)");
        var separator = arguments[2] is null ? "\n" : TextValue.Require(arguments[2], "wrapstring");
        var text = run.Charged(TextValue.Require(value, "the value of wordwrap"));
        var wrapped = TextMethods.Lines(text, keepEnds: false)
            .Select(line => string.Join(separator, Wrap(line, width, Truth.Of(arguments[1]), Truth.Of(arguments[3]))));
        return run.Charged(string.Join(separator, wrapped));
    }

    /// <summary>Lines of whole words, and of parts of words that are longer than a line.</summary>
    private static List<string> Wrap(string line, int width, bool breakLongWords, bool breakOnHyphens)
    {
        var chunks = new Stack<string>(Chunks(line, breakOnHyphens).Reverse());
        var lines = new List<string>();
        while (chunks.Count > 0)
        {
            var current = new List<string>();
            var length = 0;
            if (lines.Count > 0 && string.IsNullOrWhiteSpace(chunks.Peek()))
                chunks.Pop();
            while (chunks.TryPeek(out var chunk) && length + CodePoints.Count(chunk) <= width)
            {
                current.Add(chunks.Pop());
                length += CodePoints.Count(chunk);
            }

            if (chunks.TryPeek(out var wide) && CodePoints.Count(wide) > width)
                BreakWord(chunks, current, breakLongWords ? width - length : 0, breakLongWords, breakOnHyphens);
            if (current.Count > 0 && string.IsNullOrWhiteSpace(current[^1]))
                current.RemoveAt(current.Count - 1);
            if (current.Count > 0)
                lines.Add(string.Concat(current));
        }

        return lines;
    }

    private static void BreakWord(Stack<string> chunks, List<string> current, int room, bool breakLongWords, bool breakOnHyphens)
    {
        if (!breakLongWords)
        {
            if (current.Count == 0)
                current.Add(chunks.Pop());
            return;
        }

        var chunk = chunks.Pop();
        var end = CodePoints.UnitOffset(chunk, Math.Min(CodePoints.Count(chunk), room));
        if (breakOnHyphens && chunk.Length > end)
        {
            var hyphen = end > 0 ? chunk.LastIndexOf('-', end - 1) : -1;
            if (hyphen > 0 && chunk.AsSpan(0, hyphen).ContainsAnyExcept('-'))
                end = hyphen + 1;
        }

        // With no room left this is nothing, and as the last piece it is dropped in place of a blank, as Python does.
        current.Add(chunk[..end]);
        if (end < chunk.Length)
            chunks.Push(chunk[end..]);
    }

    /// <summary>Words and the blanks between them; words are also cut after hyphens between letters.</summary>
    private static IEnumerable<string> Chunks(string line, bool breakOnHyphens)
    {
        for (int start = 0, at = 1; at <= line.Length; at++)
        {
            var cut = at == line.Length || char.IsWhiteSpace(line[at]) != char.IsWhiteSpace(line[at - 1])
                || (breakOnHyphens && line[at - 1] == '-' && at >= 3 && at + 1 < line.Length
                    && char.IsLetter(line[at - 2]) && char.IsLetter(line[at - 3]) && char.IsLetter(line[at]) && char.IsLetter(line[at + 1]));
            if (!cut)
                continue;
            yield return line[start..at];
            start = at;
        }
    }
}
