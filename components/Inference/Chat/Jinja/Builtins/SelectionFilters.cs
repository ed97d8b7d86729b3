namespace Serverless.Inference.Chat.Jinja;

/// <summary>Filters that apply a filter or test to every element. Lazy: elements are computed as they are walked.</summary>
internal static class SelectionFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        Builtin.Variadic("map", Map),
        Builtin.Variadic("select", (run, value, arguments) => Select(run, value, arguments, byAttribute: false, keep: true)),
        Builtin.Variadic("reject", (run, value, arguments) => Select(run, value, arguments, byAttribute: false, keep: false)),
        Builtin.Variadic("selectattr", (run, value, arguments) => Select(run, value, arguments, byAttribute: true, keep: true)),
        Builtin.Variadic("rejectattr", (run, value, arguments) => Select(run, value, arguments, byAttribute: true, keep: false)),
    ];

    private static Generator Map(Run run, object? value, Arguments arguments)
    {
        return new Generator(Items());

        IEnumerable<object?> Items()
        {
            if (!Truth.Of(value))
                yield break;
            var function = Mapper(run, arguments);
            foreach (var item in Iteration.Of(run, value))
                yield return function(item);
        }
    }

    private static Func<object?, object?> Mapper(Run run, Arguments arguments)
    {
        if (arguments.Positional.Length == 0)
        {
            if (!TryNamed(arguments, "attribute", out var attribute))
                throw new JinjaException("map requires a filter argument");
            TryNamed(arguments, "default", out var fallback);
            foreach (var (name, _) in arguments.Named)
            {
                if (name is not ("attribute" or "default"))
                    throw new JinjaException($"Unexpected keyword argument {Display.Repr(name)}");
            }

            return Attributes.Getter(run, attribute, fallback);
        }

        var filter = Filters.Find(TextValue.Require(arguments.Positional[0], "the filter of map"));
        var rest = arguments.Skip(1);
        return item => filter.Invoke(run, item, rest);
    }

    private static Generator Select(Run run, object? value, Arguments arguments, bool byAttribute, bool keep)
    {
        return new Generator(Items());

        IEnumerable<object?> Items()
        {
            if (!Truth.Of(value))
                yield break;
            var passes = Predicate(run, arguments, byAttribute);
            foreach (var item in Iteration.Of(run, value))
            {
                if (passes(item) == keep)
                    yield return item;
            }
        }
    }

    private static Predicate<object?> Predicate(Run run, Arguments arguments, bool byAttribute)
    {
        if (byAttribute && arguments.Positional.Length == 0)
            throw new JinjaException("Missing parameter for attribute name");
        var subject = byAttribute ? Attributes.Getter(run, arguments.Positional[0]) : item => item;
        var rest = byAttribute ? arguments.Skip(1) : arguments;
        if (rest.Positional.Length == 0)
            return item => Truth.Of(subject(item));
        var test = Tests.Find(TextValue.Require(rest.Positional[0], "the name of a test"));
        rest = rest.Skip(1);
        return item => Truth.Of(test.Invoke(run, subject(item), rest));
    }

    private static bool TryNamed(Arguments arguments, string name, out object? value)
    {
        var index = Array.FindIndex(arguments.Named, pair => pair.Key == name);
        value = index < 0 ? null : arguments.Named[index].Value;
        return index >= 0;
    }
}
