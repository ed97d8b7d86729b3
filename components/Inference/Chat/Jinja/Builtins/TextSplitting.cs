namespace Serverless.Inference.Chat.Jinja;

/// <summary>The methods of strings that cut them.</summary>
internal static class TextSplitting
{
    public static JinjaList Split(Run run, string text, object?[] arguments, bool fromRight)
    {
        var limit = Number.RequireInt32(arguments[1], "maxsplit");
        limit = limit < 0 ? int.MaxValue : limit;
        List<object?> parts;
        if (arguments[0] is null)
        {
            parts = fromRight ? WordsFromRight(text, limit) : WordsFromLeft(text, limit);
        }
        else
        {
            var separator = TextValue.Require(arguments[0], "sep");
            if (separator.Length == 0)
                throw new JinjaException("empty separator");
            parts = fromRight ? FromRight(text, separator, limit) : FromLeft(text, separator, limit);
        }

        run.Charge(parts.Count);
        return new JinjaList(parts);
    }

    public static JinjaTuple Partition(string text, object? separator, bool last)
    {
        var sep = TextValue.Require(separator, "sep");
        if (sep.Length == 0)
            throw new JinjaException("empty separator");
        var at = last ? text.LastIndexOf(sep, StringComparison.Ordinal) : text.IndexOf(sep, StringComparison.Ordinal);
        if (at < 0)
            return last ? new JinjaTuple(["", "", text]) : new JinjaTuple([text, "", ""]);
        return new JinjaTuple([text[..at], sep, text[(at + sep.Length)..]]);
    }

    private static List<object?> FromLeft(string text, string separator, int limit)
    {
        var parts = new List<object?>();
        var at = 0;
        while (parts.Count < limit && text.IndexOf(separator, at, StringComparison.Ordinal) is var next and >= 0)
        {
            parts.Add(text[at..next]);
            at = next + separator.Length;
        }

        parts.Add(text[at..]);
        return parts;
    }

    private static List<object?> FromRight(string text, string separator, int limit)
    {
        var parts = new List<object?>();
        var end = text.Length;
        while (parts.Count < limit && text.AsSpan(0, end).LastIndexOf(separator) is var next and >= 0)
        {
            parts.Add(text[(next + separator.Length)..end]);
            end = next;
        }

        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    private static List<object?> WordsFromLeft(string text, int limit)
    {
        var parts = new List<object?>();
        for (var at = Whitespace.Skip(text, 0); at < text.Length;)
        {
            if (parts.Count == limit)
            {
                parts.Add(text[at..]); // what is left keeps its blanks inside and at the end
                break;
            }

            var end = at;
            while (end < text.Length && !Whitespace.Is(text[end]))
                end++;
            parts.Add(text[at..end]);
            at = Whitespace.Skip(text, end);
        }

        return parts;
    }

    private static List<object?> WordsFromRight(string text, int limit)
    {
        var parts = new List<object?>();
        for (var end = Whitespace.TrimEnd(text).Length; end > 0;)
        {
            if (parts.Count == limit)
            {
                parts.Add(text[..end]);
                break;
            }

            var start = end;
            while (start > 0 && !Whitespace.Is(text[start - 1]))
                start--;
            parts.Add(text[start..end]);
            end = Whitespace.TrimEnd(text.AsSpan(0, start)).Length;
        }

        parts.Reverse();
        return parts;
    }
}
