using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Status;
using Serverless.Placement.Pools;
using Serverless.Storage;

namespace Serverless.Jobs.Actors;

/// <summary>What workers and the pool tell the job.</summary>
public sealed partial class JobActor
{
    /// <inheritdoc />
    public async Task ReportAsync(WorkerReport report)
    {
        if (_state is not { } state)
        {
            return;
        }

        Failpoints.Hit("jobs.report.before-raise");

        // The workflow first: what it was not told it asks for again by its watchdog only, minutes later. What it was told twice it drops.
        foreach (var group in report.Ended.GroupBy(outcome => outcome.Group))
        {
            var shards = group.Select(end => new ShardEnd(end.Shard, end.Attempt, end.Kind, end.ErrorCode, end.ErrorMessage, report.ReplicaId, end.SuspectRows)).ToList();
            await _links.RaiseAsync(Key.GroupInstance(group.Key), JobEvents.ShardsEnded, new ShardsEnded(shards));
        }

        Failpoints.Hit("jobs.report.raised");
        var (counts, ended) = (state.Ended, _ended.Copy());
        var added = false;
        foreach (var outcome in report.Ended.Where(outcome => outcome.Kind is ShardOutcomeKind.Done && ended.Add(outcome.Shard)))
        {
            counts = new JobCounts(
                counts.Shards + 1, counts.Rows + outcome.Rows, counts.RowsFailed + outcome.RowsFailed, counts.InputTokens + outcome.InputTokens,
                counts.OutputTokens + outcome.OutputTokens);
            added = true;
        }

        _window.Add(report, counts);
        var next = state with { Ended = counts };
        if (state.Status is JobStatus.WaitingForCapacity && (report.Running.Count > 0 || report.Ended.Count > 0))
        {
            next = JobMachine.Enter(next, JobStatus.Running, Now);
        }

        if (added || next.Status != state.Status)
        {
            await SaveAsync(next, ended);
            JobsInstruments.Counted(state.Ended, counts);
            await CheckErrorRateAsync(next);
        }
    }

    /// <inheritdoc />
    public async Task FoundAsync(IReadOnlyList<FoundShard> shards)
    {
        if (_state is not { } state || JobTransitions.IsFinal(state.Status))
        {
            return;
        }

        var ended = _ended.Copy();
        var found = shards.Where(shard => ended.Add(shard.Shard)).ToList();
        if (found.Count > 0)
        {
            var (counts, rows) = (state.Ended, found.Sum(shard => shard.Rows));
            await SaveAsync(state with { Ended = counts with { Shards = counts.Shards + found.Count, Rows = counts.Rows + rows } }, ended);
            _window.Found(rows);
        }
    }

    /// <inheritdoc />
    public async Task CapacityAsync(CapacityNotice notice)
    {
        if (_state is not { } state || JobTransitions.IsFinal(state.Status))
        {
            return;
        }

        if (notice.ErrorCode is { } code)
        {
            await StopAsync(new StopRequest(JobStatus.Failed, new JobErrorResource(code, notice.ErrorMessage ?? "the engine cannot run")));
            return;
        }

        if (notice.Available)
        {
            await SaveAsync(JobMachine.Enter(state, JobStatus.Running, Now));
            return;
        }

        var reason = notice.Infeasible ? $"{notice.Reason} (no worker that is there could ever give it)" : notice.Reason;
        var next = JobMachine.Enter(state, JobStatus.WaitingForCapacity, Now, reason);
        await SaveAsync(next.Status is JobStatus.WaitingForCapacity ? next with { WaitingReason = reason } : next);
    }

    private async Task CheckErrorRateAsync(JobState state)
    {
        if (state.Submission.MaxErrorRate is { } rate && state.RowsTotal > 0 && state.Ended.RowsFailed > rate * state.RowsTotal
            && state.Status is JobStatus.Running or JobStatus.WaitingForCapacity or JobStatus.Paused)
        {
            await StopAsync(new StopRequest(
                JobStatus.Failed,
                new JobErrorResource(ErrorCodes.TooManyErrors, $"{state.Ended.RowsFailed} of {state.RowsTotal} rows failed, more than max_error_rate {rate} allows")));
        }
    }
}
