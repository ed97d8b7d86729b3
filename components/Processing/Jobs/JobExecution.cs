using System.Collections.Concurrent;
using Serverless.Contracts;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Inference.Loading;
using Serverless.Processing.Output;
using Serverless.Processing.Pipeline;

namespace Serverless.Processing.Jobs;

/// <summary>
/// Runs one job from claim to manifest: the same steps, in this process, that a workflow takes over many workers. Every step finds
/// what earlier runs left, so running again is resuming.
/// </summary>
internal sealed class JobExecution(JobDefinition job, OutputFolder output, JobHost host, IProgress<JobProgress>? listener)
{
    readonly EngineColumns engineColumns = new(job.Spec.Output.Include, job.HasSamples);
    readonly ConcurrentDictionary<int, PartMetadata> parts = new();

    /// <summary>The manifest, and whether the job was finished before.</summary>
    public async Task<(Manifest Manifest, bool WasFinished)> RunAsync(CancellationToken cancellationToken)
    {
        using var progress = new ProgressTracker(listener, host.Time);
        progress.Enter(JobStatus.Planning);
        var revision = await host.ModelRevision(job.Spec.Model.Source, cancellationToken);
        var files = await job.Dataset.Source.ListAsync(cancellationToken);
        var record = Record(files, revision);
        var mode = job.Spec.Output.Mode;
        var planner = new Planner(job, output, engineColumns);
        await using var engine = new JobEngine(host, job.EngineOptions with { ModelSource = ModelSource.Pin(job.EngineOptions.ModelSource, revision) });
        PlannedJob? draft = null;
        if (await output.IsFreeAsync(record, mode, cancellationToken))
        {
            // A job that cannot be planned, or whose model cannot run, leaves the folder as it was: whoever mends it can run it there.
            draft = await planner.DraftAsync(record.Fingerprint, files, cancellationToken);
            await engine.OpenAsync(cancellationToken);
        }

        record = await output.ClaimAsync(record, mode, cancellationToken);
        if (await FinishedAsync(record, cancellationToken) is { } finished)
            return (finished, true);

        var plan = await planner.PlanAsync(draft, record.Fingerprint, files, cancellationToken);
        progress.Planned(plan.Plan);
        var left = await FindWorkAsync(plan, progress, cancellationToken);
        using var schema = new PartSchema(output, plan, engineColumns);
        if (left.Count > 0)
            await GenerateAsync(engine, plan, left, schema, progress, cancellationToken);

        progress.Enter(JobStatus.Finalizing);
        var manifest = await new Finalizer(output, host.Time)
            .FinishAsync(record, plan, await schema.DecideAsync([], cancellationToken), parts, cancellationToken);
        progress.Enter(manifest.Status);
        return (manifest, false);
    }

    JobRecord Record(IReadOnlyList<InputFileRecord> files, string revision)
    {
        var identity = job.Identity(files, revision);
        var now = host.Time.GetUtcNow();
        return new JobRecord
        {
            JobId = job.Spec.Id ?? JobId.Create(now),
            Name = job.Spec.Name,
            Fingerprint = CanonicalJson.Fingerprint(identity),
            CreatedAt = now,
            Identity = identity,
        };
    }

    /// <summary>The manifest of a finished job whose parts are all still there; null if the job is not finished.</summary>
    async Task<Manifest?> FinishedAsync(JobRecord record, CancellationToken cancellationToken)
    {
        if (!await output.ExistsAsync(Manifest.SuccessFileName, cancellationToken)
            || await output.ReadAsync<Manifest>(Manifest.FileName, cancellationToken) is not { } manifest)
            return null;
        await output.CheckCompleteAsync(manifest, record, cancellationToken);
        return manifest;
    }

    /// <summary>The shards that have no part yet; the others are counted by what their parts say.</summary>
    async Task<IReadOnlyList<ShardRecord>> FindWorkAsync(PlannedJob plan, ProgressTracker progress, CancellationToken cancellationToken)
    {
        var names = await output.ListPartsAsync(cancellationToken);
        await Parallel.ForEachAsync(plan.Shards.Where(shard => names.Contains(shard.PartName)), cancellationToken, async (shard, token) =>
        {
            var part = await ShardRunner.ReadPartAsync(output, plan.Plan.Fingerprint, shard, token);
            parts[shard.Shard] = part;
            progress.Resumed(part);
        });

        return [.. plan.Shards.Where(shard => !parts.ContainsKey(shard.Shard))];
    }

    async Task GenerateAsync(
        JobEngine opened, PlannedJob plan, IReadOnlyList<ShardRecord> shards, PartSchema schema, ProgressTracker progress, CancellationToken cancellationToken)
    {
        var engine = await opened.OpenAsync(cancellationToken);
        progress.EngineReady();
        progress.Enter(JobStatus.Running);
        await using var pipeline = new GenerationPipeline(engine, job.Program, job.PipelineOptions);
        var runner = new ShardRunner(job, plan, output, pipeline, schema, engineColumns, progress);
        var attempts = new ShardAttempts(runner, job.Spec.MaxAttempts, host.Time);
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
