using System.Text.Json.Serialization;

namespace Serverless.Contracts.Api;

/// <summary>The models that the service knows and the caller may use: <c>GET /api/v1/models</c>.</summary>
/// <param name="Models">The models, by source.</param>
public sealed record ModelList([property: JsonPropertyName("models")] IReadOnlyList<ModelResource> Models);

/// <summary>One model.</summary>
/// <param name="Source">What a job names as <c>model.source</c>.</param>
/// <param name="Origin"><c>folder</c>: it lies in a configured folder; <c>cache</c>: in the cache of downloads; <c>pool</c>: only an engine pool has it.</param>
/// <param name="Revisions">Branches and tags that meant it when they were looked up last.</param>
/// <param name="Bytes">Size of its files; null if they are not on the API's machine.</param>
/// <param name="Replicas">Engine replicas that have it loaded.</param>
public sealed record ModelResource(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("origin")] string Origin,
    [property: JsonPropertyName("revisions")] IReadOnlyList<string> Revisions,
    [property: JsonPropertyName("bytes")] long? Bytes,
    [property: JsonPropertyName("replicas")] int Replicas);
