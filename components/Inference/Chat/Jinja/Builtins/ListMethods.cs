namespace Serverless.Inference.Chat.Jinja;

/// <summary>The methods of lists. Those that change one are for lists that the template made: data does not change.</summary>
internal static class ListMethods
{
    public static IEnumerable<Builtin> OfTuples { get; } = [new("count", (run, list, arguments) => Count(run, list, arguments), "value"), new("index", (run, list, arguments) => Index(run, list, arguments), "value", ("start", 0L), ("stop", long.MaxValue))];

    public static IEnumerable<Builtin> All { get; } =
    [
        .. OfTuples,
        Changing("append", (run, items, arguments) => items.Add(arguments[0]), "item"),
        Changing("extend", (run, items, arguments) => items.AddRange(Iteration.ToList(run, arguments[0])), "items"),
        Changing("insert", (run, items, arguments) => items.Insert(InsertionIndex(items, arguments[0]), arguments[1]), "index", "item"),
        Changing("reverse", (run, items, _) => items.Reverse()),
        Changing("clear", (run, items, _) => items.Clear()),
        Changing("sort", Sort, ("reverse", false)),
        Changing("remove", Remove, "value"),
        new("pop", (run, list, arguments) => Pop(Made(list, "pop"), arguments[0]), ("index", -1L)),
        new("copy", (run, list, _) => new JinjaList(Iteration.ToList(run, list))),
    ];

    private static Builtin Changing(string name, Action<Run, List<object?>, object?[]> change, params Parameter[] parameters) =>
        new(name, (run, list, arguments) =>
        {
            var items = Made(list, name);
            run.Charge((items.Count >> 6) + 1);
            change(run, items, arguments);
            return null;
        }, parameters);

    private static List<object?> Made(object? list, string method) => (list as JinjaList)?.Items
        ?? throw new JinjaException($"'{method}' would change a list that was given to the template; copy it first with |list");

    private static long Count(Run run, object? list, object?[] arguments) =>
        Iteration.Of(run, list).LongCount(item => Equality.Equal(run, item, arguments[0]));

    private static long Index(Run run, object? list, object?[] arguments)
    {
        var items = (IReadOnlyList<object?>)list!;
        var start = Math.Clamp(Number.RequireInteger(arguments[1], "start"), -items.Count, items.Count);
        var stop = Math.Clamp(Number.RequireInteger(arguments[2], "stop"), -items.Count, items.Count);
        for (var i = (int)(start < 0 ? start + items.Count : start); i < (stop < 0 ? stop + items.Count : stop); i++)
        {
            run.Step();
            if (Equality.Equal(run, Import.Value(items[i]), arguments[0]))
                return i;
        }

        throw new JinjaException($"{Display.Repr(run, arguments[0])} is not in list");
    }

    private static int InsertionIndex(List<object?> items, object? index)
    {
        var at = Number.RequireInteger(index, "index");
        return (int)Math.Clamp(at < 0 ? at + items.Count : at, 0, items.Count);
    }

    private static void Sort(Run run, List<object?> items, object?[] arguments)
    {
        var sorted = Sorting.Sort(run, items, item => item, Truth.Of(arguments[0]));
        items.Clear();
        items.AddRange(sorted);
    }

    private static void Remove(Run run, List<object?> items, object?[] arguments)
    {
        var index = items.FindIndex(item => Equality.Equal(run, item, arguments[0]));
        if (index < 0)
            throw new JinjaException("list.remove(x): x not in list");
        items.RemoveAt(index);
    }

    private static object? Pop(List<object?> items, object? index)
    {
        var at = Number.RequireInteger(index, "index");
        at = at < 0 ? at + items.Count : at;
        if (at < 0 || at >= items.Count)
            throw new JinjaException(items.Count == 0 ? "pop from empty list" : "pop index out of range");
        var item = items[(int)at];
        items.RemoveAt((int)at);
        return item;
    }
}
