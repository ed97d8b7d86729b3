using System.Text.Json.Serialization;

namespace Serverless.Contracts.Api;

/// <summary>A page of a job's shards, in their order: <c>GET /jobs/{id}/shards</c>.</summary>
/// <param name="Shards">The shards; none until the job is planned.</param>
/// <param name="NextCursor">For the next page (<c>cursor</c>); null on the last one.</param>
public sealed record ShardPage(
    [property: JsonPropertyName("shards")] IReadOnlyList<ShardResource> Shards,
    [property: JsonPropertyName("next_cursor")] string? NextCursor);

/// <summary>One shard.</summary>
/// <param name="Shard">0, 1, ...</param>
/// <param name="State"><c>pending</c>: not offered to the engines yet; <c>queued</c>: it waits for one; <c>running</c>; <c>done</c>: its part is there;
/// <c>stopped</c>: the job has ended without it.</param>
/// <param name="FirstRow">Position of its first row in the dataset.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="RowsDone">Of these, with an answer or an error: of a running shard as its worker said last, of a shard that is done all.</param>
/// <param name="RowsFailed">Of these, with an error.</param>
/// <param name="Attempt">The attempt that waits or runs, from 1; null if there is none, or none any more.</param>
/// <param name="Worker">Who runs it; null if nobody does.</param>
/// <param name="Since">Since when it runs there.</param>
/// <param name="Part">Its file in the output folder; null until it is there.</param>
public sealed record ShardResource(
    [property: JsonPropertyName("shard")] int Shard,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("first_row")] long FirstRow,
    [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("rows_done")] long RowsDone,
    [property: JsonPropertyName("rows_failed")] long RowsFailed,
    [property: JsonPropertyName("attempt")] int? Attempt,
    [property: JsonPropertyName("worker")] string? Worker,
    [property: JsonPropertyName("since")] DateTimeOffset? Since,
    [property: JsonPropertyName("part")] string? Part);
