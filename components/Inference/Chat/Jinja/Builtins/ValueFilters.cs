namespace Serverless.Inference.Chat.Jinja;

/// <summary>Filters for any value.</summary>
internal static class ValueFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("default", Default, ("default_value", ""), ("boolean", false)),
        new("d", Default, ("default_value", ""), ("boolean", false)),
        new("attr", (run, value, arguments) => Attribute(run, value, TextValue.Require(arguments[0], "the name of attr")), "name"),
        new("string", (run, value, _) => value as Markup ?? (object)Display.Text(run, value)),
        new("tojson", ToJson, ("ensure_ascii", false), ("indent", null), ("separators", null), ("sort_keys", false)),
        new("items", Items),
        new("dictsort", DictSort, ("case_sensitive", false), ("by", "key"), ("reverse", false)),
        new("safe", (run, value, _) => value as Markup ?? new Markup(Display.Text(run, value))),
        new("escape", (run, value, _) => Markup.Escape(run, value)),
        new("e", (run, value, _) => Markup.Escape(run, value)),
        new("forceescape", (run, value, _) => Markup.Escape(run, Display.Text(run, value))),
    ];

    private static object? Default(Run run, object? value, object?[] arguments) =>
        value is Undefined || (Truth.Of(arguments[1]) && !Truth.Of(value)) ? arguments[0] : value;

    /// <summary>The attribute, never the element: of a dict its methods.</summary>
    private static object? Attribute(Run run, object? value, string name)
    {
        if (Methods.Find(value, name) is { } method)
            return new BoundMethod(value!, method);
        return Mappings.Is(value) ? Undefined.Member(run, value, name) : Access.Attribute(run, value, name);
    }

    private static string ToJson(Run run, object? value, object?[] arguments) =>
        JsonText.Of(run, value, Truth.Of(arguments[0]), arguments[1], arguments[2], Truth.Of(arguments[3]));

    private static Generator Items(Run run, object? value, object?[] arguments)
    {
        if (value is Undefined undefined)
        {
            undefined.ThrowIfStrict();
            return new Generator([]);
        }

        return Mappings.Is(value)
            ? new Generator(new DictView(value, DictPart.Items).Items())
            : throw new JinjaException("Can only get item pairs from a mapping.");
    }

    private static JinjaList DictSort(Run run, object? value, object?[] arguments)
    {
        var part = arguments[1] switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw new JinjaException("You can only sort by either \"key\" or \"value\""),
        };
        var caseSensitive = Truth.Of(arguments[0]);
        if (value is Undefined undefined)
            throw undefined.Fail();
        if (!Mappings.Is(value))
            throw new JinjaException($"'{TypeNames.Of(value)}' object has no attribute 'items'");
        var pairs = Iteration.ToList(run, new DictView(value, DictPart.Items));
        return new JinjaList(Sorting.Sort(run, pairs, pair => Attributes.FoldCase(((JinjaTuple)pair!)[part], caseSensitive), Truth.Of(arguments[2])));
    }
}
