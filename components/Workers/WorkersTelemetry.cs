using System.Diagnostics;
using Serverless.Placement.Pools;

namespace Serverless.Workers;

/// <summary>A span for each attempt at a shard, in the trace of the job that it is of. It names what ran where; nothing of its rows.</summary>
internal static class WorkersTelemetry
{
    static readonly ActivitySource Source = new("Serverless.Workers");

    /// <summary>An attempt begins.</summary>
    public static Activity? Begin(ShardLease lease, string replicaId) => Source.StartActivity("shard", ActivityKind.Consumer, lease.TraceParent)?
        .SetTag("serverless.job.id", lease.JobId[(lease.JobId.IndexOf(':', StringComparison.Ordinal) + 1)..])
        .SetTag("serverless.shard", lease.Ticket.Shard)
        .SetTag("serverless.attempt", lease.Ticket.Attempt)
        .SetTag("serverless.replica.id", replicaId);

    /// <summary>It has ended.</summary>
    public static void End(Activity? span, ShardOutcome outcome)
    {
        span?.SetTag("serverless.outcome", outcome.Kind.ToString()).SetTag("serverless.rows", outcome.Rows).SetTag("serverless.rows_failed", outcome.RowsFailed);
        if (outcome.ErrorCode is { } code)
        {
            span?.SetTag("error.type", code).SetStatus(ActivityStatusCode.Error);
        }
    }
}
