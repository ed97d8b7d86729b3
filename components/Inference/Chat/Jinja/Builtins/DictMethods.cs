namespace Serverless.Inference.Chat.Jinja;

/// <summary>The methods of dicts. Those that change one are for dicts that the template made: data does not change.</summary>
internal static class DictMethods
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("items", (_, dict, _) => new DictView(dict!, DictPart.Items)),
        new("keys", (_, dict, _) => new DictView(dict!, DictPart.Keys)),
        new("values", (_, dict, _) => new DictView(dict!, DictPart.Values)),
        new("get", (_, dict, arguments) => Mappings.TryGet(dict!, arguments[0], out var value) ? value : arguments[1], "key", ("default", null)),
        new("copy", (run, dict, _) => Updated(run, new JinjaDict(), dict)),
        Builtin.Variadic("update", (run, dict, arguments) => Update(run, Made(dict, "update"), arguments)),
        new("setdefault", SetDefault, "key", ("default", null)),
        new("pop", Pop, "key", ("default", Parameter.Absent)),
        new("clear", Clear),
    ];

    /// <summary>Adds the pairs of a dict, or of a sequence of pairs.</summary>
    public static void Update(Run run, JinjaDict dict, object? from)
    {
        if (Mappings.Is(from))
        {
            foreach (var (key, value) in Mappings.Pairs(from).ToList())
            {
                run.Step();
                dict[key] = value;
            }

            return;
        }

        foreach (var item in Iteration.Of(run, from))
        {
            var pair = Iteration.ToList(run, item);
            if (pair.Count != 2)
                throw new JinjaException($"dictionary update sequence element has length {pair.Count}; 2 is required");
            Equality.RequireHashable(pair[0]);
            dict[pair[0]] = pair[1];
        }
    }

    private static object? Update(Run run, JinjaDict dict, Arguments arguments)
    {
        if (arguments.Positional.Length > 1)
            throw new JinjaException($"update expected at most 1 argument, got {arguments.Positional.Length}");
        foreach (var from in arguments.Positional)
            Update(run, dict, from);
        foreach (var (name, value) in arguments.Named)
            dict[name] = value;
        return null;
    }

    private static JinjaDict Updated(Run run, JinjaDict dict, object? from)
    {
        Update(run, dict, from);
        return dict;
    }

    private static JinjaDict Made(object? dict, string method) => dict as JinjaDict
        ?? throw new JinjaException($"'{method}' would change a dict that was given to the template; copy it first with dict(...)");

    private static object? SetDefault(Run run, object? subject, object?[] arguments)
    {
        var dict = Made(subject, "setdefault");
        if (dict.TryGet(arguments[0], out var value))
            return value;
        dict[arguments[0]] = arguments[1];
        return arguments[1];
    }

    private static object? Pop(Run run, object? subject, object?[] arguments)
    {
        if (Made(subject, "pop").Remove(arguments[0], out var value))
            return value;
        return ReferenceEquals(arguments[1], Parameter.Absent) ? throw new JinjaException(Display.Repr(run, arguments[0])) : arguments[1];
    }

    private static object? Clear(Run run, object? subject, object?[] arguments)
    {
        Made(subject, "clear").Clear();
        return null;
    }
}
