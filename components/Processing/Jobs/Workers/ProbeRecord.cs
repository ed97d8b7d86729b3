using System.Text.Json.Serialization;

namespace Serverless.Processing.Jobs;

/// <summary>A probe that came through.</summary>
/// <param name="First">First row, by its position in the shard.</param>
/// <param name="Count">Rows that were asked for.</param>
/// <param name="Rows">Rows that there were.</param>
internal sealed record ProbeRecord(
    [property: JsonPropertyName("first")] long First,
    [property: JsonPropertyName("count")] long Count,
    [property: JsonPropertyName("rows")] long Rows)
{
    public static string BlobName(ShardWork work) => $"_work/{work.Shard:0000000}/probe-{work.Attempt:0000}.json";
}
