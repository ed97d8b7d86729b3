using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;

namespace Serverless.Contracts.Api;

/// <summary>What there is of a job's output so far: <c>GET /jobs/{id}/results</c>.</summary>
/// <param name="Status">The job's state: until it is final, parts are added.</param>
/// <param name="OutputUri">The folder.</param>
/// <param name="Schema">The columns of every part; null until they are known.</param>
/// <param name="Parts">The parts that are there, by shard. A part never changes.</param>
/// <param name="Retries">Jobs that ran its failed rows again, each with results of its own: a row there stands for the row of the same <c>row_index</c> here.</param>
public sealed record JobResults(
    [property: JsonPropertyName("status")] JobStatus Status,
    [property: JsonPropertyName("output_uri")] string OutputUri,
    [property: JsonPropertyName("schema")] IReadOnlyList<ColumnRecord>? Schema,
    [property: JsonPropertyName("parts")] IReadOnlyList<ResultPart> Parts,
    [property: JsonPropertyName("retries")] IReadOnlyList<string> Retries);

/// <summary>One part.</summary>
/// <param name="Name">Its file.</param>
/// <param name="Shard">Its shard.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Link">Where it is downloaded.</param>
/// <param name="Sha256">Its SHA-256; null until the job has ended.</param>
public sealed record ResultPart(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("shard")] int Shard,
    [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("link")] string Link,
    [property: JsonPropertyName("sha256")] string? Sha256);

/// <summary>Rows of the output, or of those that failed: <c>GET /jobs/{id}/results/preview</c>, <c>/errors</c>.</summary>
/// <param name="Rows">The rows, as objects by column.</param>
/// <param name="Groups">For errors: the rows that failed, grouped by type and stage.</param>
public sealed record RowPage(
    [property: JsonPropertyName("rows")] IReadOnlyList<JsonObject> Rows,
    [property: JsonPropertyName("groups")] IReadOnlyList<ErrorGroup>? Groups = null);
