using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Serverless.Contracts.Specs;

namespace Serverless.EndToEnd.Tests;

/// <summary>Every field of a job's document, found by reflection: a new one is tested as soon as it exists.</summary>
internal static class SpecFields
{
    /// <summary>A field, the record that it is in, and a value that it can never have.</summary>
    public sealed record Field(string Path, string Parent, string Name, object Wrong);

    public static IReadOnlyList<Field> All { get; } = [.. Of(typeof(JobSpec), "")];

    private static IEnumerable<Field> Of(Type record, string parent)
    {
        foreach (var property in record.GetProperties())
        {
            if (property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name is not { } name)
            {
                continue;
            }

            var path = parent.Length == 0 ? name : $"{parent}.{name}";
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var isScalar = type.IsPrimitive || type.IsEnum || type == typeof(string);
            yield return new Field(path, parent, name, isScalar ? new[] { Array.Empty<int>() } : "text");
            var inner = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : type;
            foreach (var field in isScalar || inner == typeof(ConcurrencySpec) || inner == typeof(JsonElement) ? [] : Of(inner, inner == type ? path : $"{path}[0]"))
            {
                yield return field;
            }
        }
    }
}
