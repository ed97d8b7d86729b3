using System.Text.Json.Serialization;
using Serverless.Contracts.Results;

namespace Serverless.Processing.Jobs;

/// <summary>The parts of a group of shards, measured: what the manifest is put together from.</summary>
/// <param name="FirstShard">The first shard.</param>
/// <param name="Parts">The parts, by shard.</param>
/// <param name="Usage">Their tokens.</param>
/// <param name="Errors">Their rows that failed, grouped.</param>
internal sealed record GroupRecord(
    [property: JsonPropertyName("first_shard")] int FirstShard,
    [property: JsonPropertyName("parts")] IReadOnlyList<PartRecord> Parts,
    [property: JsonPropertyName("usage")] Usage Usage,
    [property: JsonPropertyName("errors")] IReadOnlyList<ErrorGroup> Errors)
{
    /// <summary>Shards that are measured together where nobody says otherwise.</summary>
    public const int Size = 100;

    /// <summary>Where a sealed group lies until the manifest is written.</summary>
    public static string BlobName(int group) => $"_work/groups/{group:0000000}.json";
}
