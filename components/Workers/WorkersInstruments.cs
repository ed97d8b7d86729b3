using System.Diagnostics.Metrics;
using System.Text.Json;
using Serverless.Placement.Pools;

namespace Serverless.Workers;

/// <summary>
/// What this process has done since it started; its engines measure themselves. Names and units follow OpenTelemetry's conventions (dotted lower case,
/// UCUM units). No label holds an id.
/// </summary>
internal static class WorkersInstruments
{
    static readonly Meter Meter = new("Serverless.Workers");
    static readonly UpDownCounter<long> Running = Meter.CreateUpDownCounter<long>("serverless.worker.shards.running", "{shard}", "Shards that run");
    static readonly Counter<long> Ended = Meter.CreateCounter<long>("serverless.worker.shards.ended", "{shard}", "Attempts at shards that ended, by how they did");
    static readonly Counter<long> Rows = Meter.CreateCounter<long>("serverless.worker.rows", "{row}", "Rows of attempts that came through, with an answer or with an error");
    static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("serverless.worker.shard.duration", "s", "How long attempts took");

    /// <summary>An attempt begins.</summary>
    public static void Began() => Running.Add(1);

    /// <summary>An attempt has ended.</summary>
    /// <param name="outcome">How.</param>
    /// <param name="time">How long it took.</param>
    public static void HasEnded(ShardOutcome outcome, TimeSpan time)
    {
        var how = new KeyValuePair<string, object?>("outcome", JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.Kind.ToString()));
        Running.Add(-1);
        Ended.Add(1, how);
        Duration.Record(time.TotalSeconds, how);
        Rows.Add(outcome.Rows - outcome.RowsFailed, new KeyValuePair<string, object?>("outcome", "answer"));
        Rows.Add(outcome.RowsFailed, new KeyValuePair<string, object?>("outcome", "error"));
    }
}
