using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.Contracts.Validation;

/// <summary>Turns a document into a record whose fields have <c>JsonPropertyName</c>s, and refuses what the record does not say: unknown fields, missing ones, other kinds.</summary>
public static class DocumentShape
{
    /// <summary>Reads a document.</summary>
    /// <param name="document">The document; YAML files are turned into the same tree by their reader.</param>
    /// <returns>The record; null and everything that is wrong if it does not fit.</returns>
    public static (T? Value, IReadOnlyList<SpecError> Errors) Read<T>(JsonNode? document)
        where T : class
    {
        var errors = new List<SpecError>();
        SpecShape.Check(document, typeof(T), "", errors);
        return errors.Count > 0 ? (null, errors) : (document.Deserialize<T>(ContractsJson.Compact), []);
    }
}
