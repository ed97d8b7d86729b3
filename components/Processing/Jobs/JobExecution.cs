using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Processing.Models;
using Serverless.Processing.Pipeline;

namespace Serverless.Processing.Jobs;

/// <summary>
/// Runs one job from claim to manifest: the same steps, in this process, that a workflow takes over many workers
/// (<see cref="JobSteps"/>). Every step finds what earlier runs left, so running again is resuming.
/// </summary>
internal sealed class JobExecution(JobWorkspace workspace, JobHost host, IProgress<JobProgress>? listener)
{
    readonly JobDefinition job = workspace.Job;
    readonly OutputFolder output = workspace.Output;
    readonly ConcurrentDictionary<int, PartMetadata> parts = new();

    /// <summary>The manifest, and whether the job was finished before.</summary>
    public async Task<(Manifest Manifest, bool WasFinished)> RunAsync(CancellationToken cancellationToken)
    {
        using var progress = new ProgressTracker(listener, host.Time);
        progress.Enter(JobStatus.Planning);
        var intake = await workspace.LookAsync(host.ModelRevision, host.Time, cancellationToken);
        var record = intake.Record;
        var scans = new KeptScans(job, intake.Files);
        await using var engine = new JobEngine(host, job.EngineOptions with { ModelSource = ModelSources.Pin(job.EngineOptions.ModelSource, intake.ModelRevision) });
        PlanDraft? draft = null;
        if (await output.IsFreeAsync(record, job.Spec.Output.Mode, cancellationToken))
        {
            // A job that cannot be planned, or whose model cannot run, leaves the folder as it was: whoever mends it can run it there.
            draft = await workspace.Planner.DraftAsync(intake.Files, scans, cancellationToken);
            await engine.OpenAsync(cancellationToken);
        }

        record = await output.ClaimAsync(record, job.Spec.Output.Mode, cancellationToken);
        if (await workspace.FinishedAsync(record, cancellationToken) is { } finished)
            return (finished, true);

        var plan = await workspace.Planner.ReadAsync(cancellationToken)
            ?? await workspace.Planner.WriteAsync(
                draft ?? await workspace.Planner.DraftAsync(intake.Files, scans, cancellationToken), record.Fingerprint, cancellationToken);
        progress.Planned(plan);
        var shards = await new PlanPages(output, plan).RangeAsync(0, plan.Shards, cancellationToken).ToListAsync(cancellationToken);
        var left = await FindWorkAsync(plan, shards, progress, cancellationToken);
        using var schema = new PartSchema(output, plan, workspace.EngineColumns);
        if (left.Count > 0)
            await GenerateAsync(engine, plan, left, schema, progress, cancellationToken);

        progress.Enter(JobStatus.Finalizing);
        var columns = Output.SchemaRecords.ToRecords((await schema.DecideAsync([], cancellationToken)).Table);
        var manifest = await new Finalizer(output, host.Time)
            .FinishAsync(record, plan, columns, SealAsync(plan, shards, cancellationToken), JobEnd.OfAllShards, cancellationToken);
        progress.Enter(manifest.Status);
        return (manifest, false);
    }

    async IAsyncEnumerable<GroupRecord> SealAsync(
        JobPlan plan, IReadOnlyList<ShardRecord> shards, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sealer = new GroupSealer(output, plan.Fingerprint);
        foreach (var group in shards.Chunk(GroupRecord.Size))
            yield return await sealer.SealAsync(group, shard => parts.GetValueOrDefault(shard), cancellationToken);
    }

    /// <summary>The shards that have no part yet; the others are counted by what their parts say.</summary>
    async Task<IReadOnlyList<ShardRecord>> FindWorkAsync(
        JobPlan plan, IReadOnlyList<ShardRecord> shards, ProgressTracker progress, CancellationToken cancellationToken)
    {
        var files = new PartFiles(output, plan.Fingerprint);
        var names = await output.ListPartsAsync(cancellationToken).Select(part => part.Name).ToHashSetAsync(cancellationToken: cancellationToken);
        await Parallel.ForEachAsync(shards.Where(shard => names.Contains(shard.PartName)), cancellationToken, async (shard, token) =>
        {
            var part = await files.ReadAsync(shard, token);
            parts[shard.Shard] = part;
            progress.Resumed(part);
        });

        return [.. shards.Where(shard => !parts.ContainsKey(shard.Shard))];
    }

    async Task GenerateAsync(
        JobEngine opened, JobPlan plan, IReadOnlyList<ShardRecord> shards, PartSchema schema, ProgressTracker progress, CancellationToken cancellationToken)
    {
        var engine = await opened.OpenAsync(cancellationToken);
        progress.EngineReady();
        progress.Enter(JobStatus.Running);
        await using var pipeline = new GenerationPipeline(engine, job.Program, job.PipelineOptions);
        var runner = new ShardRunner(job, plan, output, pipeline, schema, workspace.EngineColumns);
        var attempts = new ShardAttempts(runner, progress, job.Spec.MaxAttempts, host.Time);
        using var slots = new SemaphoreSlim(job.Spec.MaxConcurrentBatches);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> running = [];
        Exception? failure = null;
        foreach (var shard in shards)
        {
            // Shards start in their order, so that the first rows of the output are there first.
            await slots.WaitAsync(CancellationToken.None);
            if (stop.IsCancellationRequested)
                break;
            running.RemoveAll(task => task.IsCompletedSuccessfully);
            running.Add(RunAsync(shard));
        }

        await Task.WhenAll(running);
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        cancellationToken.ThrowIfCancellationRequested();

        async Task RunAsync(ShardRecord shard)
        {
            try
            {
                parts[shard.Shard] = await attempts.RunAsync(shard, stop.Token);
                progress.ShardDone();
            }
            catch (Exception e)
            {
                // The first failure is the job's; those that it causes by stopping the other shards are not.
                if (!stop.IsCancellationRequested)
                    Interlocked.CompareExchange(ref failure, e, null);
                await stop.CancelAsync();
            }
            finally
            {
                slots.Release();
            }
        }
    }
}
