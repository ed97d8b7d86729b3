using System.Diagnostics.CodeAnalysis;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>One view of the two kinds of dict: those given to the template and those that it made.</summary>
internal static class Mappings
{
    public static bool Is([NotNullWhen(true)] object? value) => value is IReadOnlyDictionary<string, object?> or JinjaDict;

    public static int Count(object mapping) =>
        mapping is JinjaDict made ? made.Count : ((IReadOnlyDictionary<string, object?>)mapping).Count;

    public static bool TryGet(object mapping, object? key, out object? value)
    {
        if (mapping is JinjaDict made)
            return made.TryGet(key, out value);
        if (TextValue.TryGet(key, out var name) && ((IReadOnlyDictionary<string, object?>)mapping).TryGetValue(name, out value))
        {
            value = Import.Value(value);
            return true;
        }

        Equality.RequireHashable(key);
        value = null;
        return false;
    }

    public static IEnumerable<KeyValuePair<object?, object?>> Pairs(object mapping) =>
        mapping is JinjaDict made
            ? made.Pairs()
            : ((IReadOnlyDictionary<string, object?>)mapping).Select(pair => new KeyValuePair<object?, object?>(pair.Key, Import.Value(pair.Value)));

    public static IEnumerable<object?> Keys(object mapping) =>
        mapping is JinjaDict made ? made.Pairs().Select(pair => pair.Key) : ((IReadOnlyDictionary<string, object?>)mapping).Keys;
}
