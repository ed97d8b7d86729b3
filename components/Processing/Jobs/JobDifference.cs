using System.Text.Json.Nodes;
using Serverless.Contracts;

namespace Serverless.Processing.Jobs;

/// <summary>Says how two identities differ, field by field.</summary>
internal static class JobDifference
{
    const int MaxValueLength = 80;

    /// <summary>A folder may have thousands of files, all of which differ.</summary>
    const int MaxLines = 20;

    /// <summary>Lines such as <c>preprocess.sampling_params.temperature: 0.3 -> 0.7</c>, in the order of the fields.</summary>
    public static IReadOnlyList<string> Describe(JsonNode old, JsonNode now)
    {
        var before = Flatten(old);
        var after = Flatten(now);
        var lines = before.Keys.Union(after.Keys)
            .Order(StringComparer.Ordinal)
            .Where(path => before.GetValueOrDefault(path) != after.GetValueOrDefault(path))
            .Select(path => $"{path}: {Show(before.GetValueOrDefault(path))} -> {Show(after.GetValueOrDefault(path))}").ToList();
        return lines.Count <= MaxLines ? lines : [.. lines.Take(MaxLines), $"... and {lines.Count - MaxLines} more"];
    }

    static Dictionary<string, string> Flatten(JsonNode node)
    {
        var fields = new Dictionary<string, string>();
        Add(node, "");
        return fields;

        void Add(JsonNode? value, string path)
        {
            switch (value)
            {
                case JsonObject record:
                    foreach (var (name, field) in record)
                        Add(field, path.Length == 0 ? name : $"{path}.{name}");
                    break;
                case JsonArray list:
                    for (var i = 0; i < list.Count; i++)
                        Add(list[i], $"{path}[{i}]");
                    break;
                default:
                    fields[path] = CanonicalJson.Write(value);
                    break;
            }
        }
    }

    static string Show(string? value) =>
        value is null ? "(absent)" : value.Length <= MaxValueLength ? value : value[..MaxValueLength] + "...";
}
