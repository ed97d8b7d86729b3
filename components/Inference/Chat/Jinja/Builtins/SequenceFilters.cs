namespace Serverless.Inference.Chat.Jinja;

/// <summary>Filters that measure, order, join and cut sequences.</summary>
internal static class SequenceFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("length", (run, value, _) => Iteration.Length(value)),
        new("count", (run, value, _) => Iteration.Length(value)),
        new("first", First),
        new("last", Last),
        new("list", (run, value, _) => new JinjaList(Iteration.ToList(run, value))),
        new("reverse", Reverse),
        new("join", Join, ("d", ""), ("attribute", null)),
        new("sort", Sort, ("reverse", false), ("case_sensitive", false), ("attribute", null)),
        new("unique", Unique, ("case_sensitive", false), ("attribute", null)),
        new("min", (run, value, arguments) => Extreme(run, value, arguments, "<"), ("case_sensitive", false), ("attribute", null)),
        new("max", (run, value, arguments) => Extreme(run, value, arguments, ">"), ("case_sensitive", false), ("attribute", null)),
        new("groupby", GroupBy, "attribute", ("default", null), ("case_sensitive", false)),
        new("batch", (run, value, arguments) => new Generator(Batch(run, value, arguments)), "linecount", ("fill_with", null)),
        new("slice", (run, value, arguments) => new Generator(Slice(run, value, arguments)), "slices", ("fill_with", null)),
    ];

    private static object? First(Run run, object? value, object?[] arguments)
    {
        foreach (var item in Iteration.Of(run, value))
            return item;
        return Undefined.Because(run, "No first item, sequence was empty.");
    }

    private static object? Last(Run run, object? value, object?[] arguments)
    {
        if (value is IReadOnlyList<object?> { Count: > 0 } list)
            return Import.Value(list[^1]);
        foreach (var item in Iteration.Reversed(run, value))
            return item;
        return Undefined.Because(run, "No last item, sequence was empty.");
    }

    private static object Reverse(Run run, object? value, object?[] arguments)
    {
        if (TextValue.TryGet(value, out var text))
        {
            run.ChargeText(text.Length);
            return CodePoints.Slice(text, CodePoints.Count(text) - 1, CodePoints.Count(text), -1);
        }

        if (value is Generator)
        {
            var items = Iteration.ToList(run, value);
            items.Reverse();
            return new JinjaList(items);
        }

        if (!Iteration.IsIterable(value))
            throw new JinjaException("argument must be iterable");
        return new Generator(Iteration.Reversed(run, value), value is IReadOnlyList<object?> and not JinjaTuple ? "list_reverseiterator" : "reversed");
    }

    private static string Join(Run run, object? value, object?[] arguments)
    {
        var getter = Attributes.Getter(run, arguments[1]);
        var separator = Display.Text(run, arguments[0]);
        var parts = new List<string>();
        long length = 0;
        foreach (var item in Iteration.Of(run, value))
        {
            var part = Display.Text(run, getter(item));
            length += part.Length + separator.Length;
            run.LimitText(length - separator.Length);
            parts.Add(part);
        }

        return run.Charged(string.Join(separator, parts));
    }

    private static JinjaList Sort(Run run, object? value, object?[] arguments) =>
        new(Sorting.Sort(run, Iteration.Of(run, value), Attributes.SortKey(run, arguments[2], Truth.Of(arguments[1])), Truth.Of(arguments[0])));

    private static Generator Unique(Run run, object? value, object?[] arguments)
    {
        var key = Attributes.Getter(run, arguments[1], caseSensitive: Truth.Of(arguments[0]));
        return new Generator(Items());

        IEnumerable<object?> Items()
        {
            var seen = new JinjaDict();
            foreach (var item in Iteration.Of(run, value))
            {
                var itemKey = key(item);
                if (seen.TryGet(itemKey, out _))
                    continue;
                seen[itemKey] = null;
                yield return item;
            }
        }
    }

    private static object? Extreme(Run run, object? value, object?[] arguments, string op)
    {
        var key = Attributes.Getter(run, arguments[1], caseSensitive: Truth.Of(arguments[0]));
        object? best = Undefined.Because(run, "No aggregated item, sequence was empty.");
        object? bestKey = null;
        var first = true;
        foreach (var item in Iteration.Of(run, value))
        {
            var itemKey = key(item);
            if (first || Ordering.Holds(run, op, itemKey, bestKey))
                (best, bestKey) = (item, itemKey);
            first = false;
        }

        return best;
    }

    private static JinjaList GroupBy(Run run, object? value, object?[] arguments)
    {
        var caseSensitive = Truth.Of(arguments[2]);
        var key = Attributes.Getter(run, arguments[0], arguments[1], caseSensitive);
        var exact = Attributes.Getter(run, arguments[0], arguments[1]);
        var groups = new JinjaList();
        object? currentKey = null;
        JinjaList? current = null;
        foreach (var item in Sorting.Sort(run, Iteration.Of(run, value), key, reverse: false))
        {
            var itemKey = key(item);
            if (current is null || !Equality.Equal(run, currentKey, itemKey))
            {
                current = new JinjaList();
                currentKey = itemKey;
                groups.Items.Add(new JinjaTuple([caseSensitive ? itemKey : exact(item), current], ["grouper", "list"]));
            }

            current.Items.Add(item);
        }

        return groups;
    }

    private static IEnumerable<object?> Batch(Run run, object? value, object?[] arguments)
    {
        var size = Number.RequireInteger(arguments[0], "linecount");
        var batch = new JinjaList();
        foreach (var item in Iteration.Of(run, value))
        {
            if (batch.Count == size)
            {
                yield return batch;
                batch = new JinjaList();
            }

            batch.Items.Add(item);
        }

        if (batch.Count == 0)
            yield break;
        if (arguments[1] is { } fill && batch.Count < size)
        {
            run.Charge(size - batch.Count);
            batch.Items.AddRange(Enumerable.Repeat<object?>(fill, (int)size - batch.Count));
        }

        yield return batch;
    }

    private static IEnumerable<object?> Slice(Run run, object? value, object?[] arguments)
    {
        var items = Iteration.ToList(run, value);
        var slices = Number.RequireInteger(arguments[0], "slices");
        if (slices == 0)
            throw new JinjaException("integer division or modulo by zero");
        var (each, extra) = ((int)(items.Count / slices), items.Count % slices);
        var offset = 0;
        for (var number = 0; number < slices; number++)
        {
            run.Step();
            var start = offset + (number * each);
            if (number < extra)
                offset++;
            var slice = items.GetRange(start, offset + ((number + 1) * each) - start);
            if (arguments[1] is { } fill && number >= extra)
                slice.Add(fill);
            yield return new JinjaList(slice);
        }
    }
}
