using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Serverless.Contracts.Validation;

/// <summary>
/// Checks that a document has the shape of a record type: no unknown field, every required one, each of the right kind. The
/// types of <see cref="Specs"/> are the only description of the shape, so it cannot drift from what is then read.
/// </summary>
internal static class SpecShape
{
    static readonly HashSet<string> InlineSecrets = new(StringComparer.OrdinalIgnoreCase)
    {
        "api_key", "apikey", "access_key", "connection_string", "hf_token", "key", "password", "sas", "secret", "token",
    };

    public static void Check(JsonNode? node, Type type, string path, List<SpecError> errors)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(JsonElement))
            return;
        if (type == typeof(Specs.ConcurrencySpec))
            CheckConcurrency(node, path, errors);
        else if (type.IsEnum)
            CheckEnum(node, type, path, errors);
        else if (ElementOfList(type) is { } element)
            CheckList(node, element, path, errors);
        else if (ValueOfMap(type) is { } value)
            CheckMap(node, value, path, errors);
        else if (ScalarName(type) is { } expected)
            CheckScalar(node, type, expected, path, errors);
        else
            CheckRecord(node, type, path, errors);
    }

    static void CheckRecord(JsonNode? node, Type type, string path, List<SpecError> errors)
    {
        if (node is not JsonObject record)
        {
            errors.Add(Wrong(path, "a mapping", node));
            return;
        }

        var fields = Fields(type);
        foreach (var (name, value) in record)
        {
            var at = Join(path, name);
            if (!fields.TryGetValue(name, out var property))
                errors.Add(new SpecError(at, Unknown(name, fields.Keys)));
            else if (value is null)
                errors.AddRange(IsRequired(property) ? [Wrong(at, "a value", null)] : []);
            else
                Check(value, property.PropertyType, at, errors);
        }

        foreach (var (name, property) in fields.Where(field => IsRequired(field.Value) && !record.ContainsKey(field.Key)))
            errors.Add(new SpecError(path, $"the field \"{name}\" is missing"));
    }

    static string Unknown(string name, IReadOnlyCollection<string> known) => InlineSecrets.Contains(name)
        ? $"unknown field \"{name}\": secrets never stand in a job; name one with \"secret_ref\""
        : $"unknown field \"{name}\"{NearestName.Hint(name, known)}";

    static void CheckList(JsonNode? node, Type element, string path, List<SpecError> errors)
    {
        if (node is not JsonArray list)
        {
            errors.Add(Wrong(path, "a list", node));
            return;
        }

        for (var i = 0; i < list.Count; i++)
            Check(list[i], element, $"{path}[{i}]", errors);
    }

    static void CheckMap(JsonNode? node, Type value, string path, List<SpecError> errors)
    {
        if (node is not JsonObject map)
        {
            errors.Add(Wrong(path, "a mapping", node));
            return;
        }

        foreach (var (name, entry) in map)
            Check(entry, value, Join(path, name), errors);
    }

    static void CheckEnum(JsonNode? node, Type type, string path, List<SpecError> errors)
    {
        var names = type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name).ToList();
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text))
            errors.Add(Wrong(path, $"one of {string.Join(", ", names)}", node));
        else if (!names.Contains(text))
            errors.Add(new SpecError(path, $"expected one of {string.Join(", ", names)}, found \"{text}\"{Suggestion(text, names)}"));
    }

    static string Suggestion(string text, List<string> names) => NearestName.Find(text, names) is { } name ? $"; did you mean \"{name}\"?" : "";

    static void CheckConcurrency(JsonNode? node, string path, List<SpecError> errors)
    {
        if (node is not JsonObject range)
        {
            CheckScalar(node, typeof(int), "a whole number or {min, max}", path, errors);
            return;
        }

        foreach (var name in range.Select(field => field.Key).Where(name => name is not ("min" or "max")))
            errors.Add(new SpecError(Join(path, name), Unknown(name, ["min", "max"])));
        CheckScalar(range["min"], typeof(int), "a whole number", Join(path, "min"), errors);
        CheckScalar(range["max"], typeof(int), "a whole number", Join(path, "max"), errors);
    }

    static void CheckScalar(JsonNode? node, Type type, string expected, string path, List<SpecError> errors)
    {
        var fits = node is JsonValue value && value.GetValueKind() switch
        {
            JsonValueKind.String => type == typeof(string),
            JsonValueKind.True or JsonValueKind.False => type == typeof(bool),
            JsonValueKind.Number => type == typeof(double) || (WholeNumber(value) is { } number && (type == typeof(long) || (type == typeof(int) && number is >= int.MinValue and <= int.MaxValue))),
            _ => false,
        };
        if (!fits)
            errors.Add(Wrong(path, expected, node));
    }

    /// <summary>A number of a tree that was read from text, or was made of either integer type.</summary>
    static long? WholeNumber(JsonValue value) =>
        value.TryGetValue<long>(out var number) ? number : value.TryGetValue<int>(out var small) ? small : null;

    static SpecError Wrong(string path, string expected, JsonNode? found) => new(path, $"expected {expected}, found {Describe(found)}");

    /// <summary>A value in words, short enough for a message.</summary>
    public static string Describe(JsonNode? node) => node switch
    {
        null => "nothing",
        JsonArray => "a list",
        JsonObject => "a mapping",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => $"the text \"{Short(node.GetValue<string>())}\"",
            JsonValueKind.Number => $"the number {node.ToJsonString()}",
            JsonValueKind.Null => "nothing",
            _ => node.ToJsonString(),
        },
    };

    static string Short(string text) => text.Length <= 60 ? text : text[..60] + "...";

    static string? ScalarName(Type type) =>
        type == typeof(string) ? "a text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(double) ? "a number"
        : null;

    static Type? ElementOfList(Type type) => type != typeof(string) && type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)) && type.GenericTypeArguments.Length == 1
        ? type.GenericTypeArguments[0]
        : null;

    static Type? ValueOfMap(Type type) => type.IsGenericType && type.GenericTypeArguments.Length == 2 ? type.GenericTypeArguments[1] : null;

    static Dictionary<string, PropertyInfo> Fields(Type type) => type.GetProperties()
        .Where(property => property.IsDefined(typeof(JsonPropertyNameAttribute)))
        .ToDictionary(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()!.Name);

    static bool IsRequired(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute));

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
