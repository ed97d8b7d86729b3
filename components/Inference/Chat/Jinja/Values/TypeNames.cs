namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's names of the types, as error messages use them.</summary>
internal static class TypeNames
{
    public static string Of(object? value) => value switch
    {
        null => "NoneType",
        string => "str",
        bool => "bool",
        long => "int",
        double => "float",
        JinjaTuple => "tuple",
        JinjaRange => "range",
        IReadOnlyList<object?> => "list",
        IReadOnlyDictionary<string, object?> or JinjaDict => "dict",
        Markup => "Markup",
        Undefined => "Undefined",
        Namespace => "Namespace",
        DictView view => view.Part switch { DictPart.Keys => "dict_keys", DictPart.Values => "dict_values", _ => "dict_items" },
        Generator generator => generator.TypeName,
        Cycler => "Cycler",
        ICallable callable => callable.TypeName,
        _ => value.GetType().Name,
    };

    /// <summary>With the module, for types that are not Python's own.</summary>
    public static string Qualified(object? value) => value switch
    {
        Namespace => "jinja2.utils.Namespace",
        Markup => "markupsafe.Markup",
        LoopContext => "jinja2.runtime.LoopContext",
        Macro => "jinja2.runtime.Macro",
        _ => Of(value),
    };
}
