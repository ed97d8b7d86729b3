using Serverless.Contracts.Errors;
using Serverless.Placement.Pools;
using Serverless.Processing.Jobs;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers.Replicas;

/// <summary>One lease, from its start until the job has acknowledged how it ended.</summary>
internal sealed class Attempt(ShardLease lease) : IDisposable
{
    readonly CancellationTokenSource stop = new();
    volatile ShardOutcome? outcome;
    volatile ShardCounter? counter;
    volatile string? leaving;
    volatile bool isStopped;

    public ShardLease Lease => lease;

    public RunningShard Key { get; } = new(lease.JobId, lease.Ticket.Shard, lease.Ticket.Attempt);

    public CancellationToken StopToken => stop.Token;

    /// <summary>Whether somebody ordered that it stops.</summary>
    public bool IsStopped => isStopped;

    /// <summary>How an attempt that is stopped ends: on order, or because its worker goes, which others must make good.</summary>
    public ShardOutcome Stopped => leaving is { } why
        ? Ended(ShardOutcomeKind.WorkerLost) with { ErrorCode = ErrorCodes.WorkerLost, ErrorMessage = why }
        : Ended(ShardOutcomeKind.Stopped);

    /// <summary>How it ended; null while it runs.</summary>
    public ShardOutcome? Outcome => outcome;

    public ShardCounter? Counter
    {
        get => counter;
        set => counter = value;
    }

    public ShardWork Work => new(lease.Ticket.Shard, lease.Ticket.Attempt)
    {
        Probe = lease.Ticket.Probe is { } rows ? new ProbeRows(rows.First, rows.Count) : null,
        PoisonRows = lease.Ticket.PoisonRows ?? [],
    };

    public ShardProgress Progress => new(
        lease.Ticket.Shard, lease.Ticket.Attempt, counter?.RowsDone ?? 0, counter?.RowsFailed ?? 0, counter?.InputTokens ?? 0, counter?.OutputTokens ?? 0);

    /// <summary>Somebody ordered that it stops.</summary>
    public void Stop()
    {
        isStopped = true;
        stop.CancelUnlessDisposed();
    }

    /// <summary>The worker stops it, though the shard is wanted.</summary>
    public void Leave(string why)
    {
        if (!isStopped)
            leaving = why;
        Stop();
    }

    public void End(ShardOutcome how) => outcome = how;

    public ShardOutcome Done(ShardResult result) => Ended(lease.Ticket.Probe is null ? ShardOutcomeKind.Done : ShardOutcomeKind.ProbePassed) with
    {
        Rows = result.Rows,
        RowsFailed = result.RowsFailed,
        InputTokens = result.Usage.InputTokens,
        OutputTokens = result.Usage.OutputTokens,
    };

    public ShardOutcome Failed(string code, string message) => Ended(ShardOutcomeKind.Failed) with { ErrorCode = code, ErrorMessage = message };

    public void Dispose() => stop.Dispose();

    ShardOutcome Ended(ShardOutcomeKind kind) => new(lease.Group, lease.Ticket.Shard, lease.Ticket.Attempt, kind);
}
