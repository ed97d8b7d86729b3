using System.Globalization;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The <c>attribute</c> of map, sort, join and their like: <c>"a.b.0"</c>, each part a key, an attribute or an index.</summary>
internal static class Attributes
{
    /// <summary>A function that reads the attribute of an element; null reads the element itself.</summary>
    public static Func<object?, object?> Getter(Run run, object? attribute, object? fallback = null, bool caseSensitive = true)
    {
        var parts = Parts(attribute);
        return element =>
        {
            foreach (var part in parts)
            {
                element = Access.Item(run, element, part);
                if (fallback is not null && element is Undefined)
                    element = fallback;
            }

            return FoldCase(element, caseSensitive);
        };
    }

    /// <summary>The keys of a sort, by several attributes with commas between; tuples, so that equal keys need no order.</summary>
    public static Func<object?, object?> SortKey(Run run, object? attribute, bool caseSensitive)
    {
        object?[] names = attribute is string several ? several.Split(',') : [attribute];
        var getters = names.Select(name => Getter(run, name, caseSensitive: caseSensitive)).ToArray();
        return element => new JinjaTuple([.. getters.Select(getter => getter(element))]);
    }

    public static object? FoldCase(object? value, bool caseSensitive) =>
        !caseSensitive && TextValue.TryGet(value, out var text) ? Casing.Lower(text) : value;

    private static object?[] Parts(object? attribute) => attribute switch
    {
        null => [],
        string name => [.. name.Split('.').Select(part => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit) ? (object)long.Parse(part, CultureInfo.InvariantCulture) : part)],
        _ => [attribute],
    };
}
