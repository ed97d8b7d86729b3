namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's iteration and length.</summary>
internal static class Iteration
{
    /// <summary>The elements of anything that can be walked; each is charged as a step.</summary>
    public static IEnumerable<object?> Of(Run run, object? value) => Elements(value).Select(item =>
    {
        run.Step();
        return item;
    });

    public static List<object?> ToList(Run run, object? value) => [.. Of(run, value)];

    public static bool IsIterable(object? value) =>
        value is string or Markup or IReadOnlyList<object?> or Undefined or DictView or Generator or LoopContext || Mappings.Is(value);

    /// <summary>The length of what has one, or null.</summary>
    public static long? TryLength(object? value)
    {
        if (TextValue.TryGet(value, out var text))
            return CodePoints.Count(text);
        switch (value)
        {
            case IReadOnlyList<object?> list: return list.Count;
            case DictView view: return view.Count;
            case LoopContext loop: return loop.Length;
            case Undefined undefined:
                undefined.ThrowIfStrict();
                return 0;
            default: return Mappings.Is(value) ? Mappings.Count(value) : null;
        }
    }

    public static long Length(object? value) =>
        TryLength(value) ?? throw new JinjaException($"object of type '{TypeNames.Of(value)}' has no len()");

    /// <summary>From the last element to the first; an error for what Python cannot reverse.</summary>
    public static IEnumerable<object?> Reversed(Run run, object? value)
    {
        if (value is Generator or null or bool or long or double or Namespace)
            throw new JinjaException($"'{TypeNames.Of(value)}' object is not reversible");
        var items = ToList(run, value);
        items.Reverse();
        return items;
    }

    private static IEnumerable<object?> Elements(object? value)
    {
        switch (value)
        {
            case string text: return CodePoints.Of(text);
            case Markup markup: return CodePoints.Of(markup.Text);
            case JinjaList or JinjaTuple or JinjaRange: return (IReadOnlyList<object?>)value;
            case IReadOnlyList<object?> list: return list.Select(Import.Value);
            case DictView view: return view.Items();
            case Generator generator: return generator.Rest();
            case LoopContext loop: return loop.Rest();
            case Undefined undefined:
                undefined.ThrowIfStrict();
                return [];
        }

        return Mappings.Is(value) ? Mappings.Keys(value) : throw new JinjaException($"'{TypeNames.Of(value)}' object is not iterable");
    }
}
