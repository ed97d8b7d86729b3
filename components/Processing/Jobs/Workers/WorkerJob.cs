using System.Text.Json;
using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;
using Serverless.Inference;
using Serverless.Processing.Pipeline;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>
/// A planned job on a worker: runs single shards of it over an engine that it shares with other jobs. All shards of the job that run at
/// once share its stages before the engine, and the engine mixes the rows of all jobs.
/// </summary>
public sealed class WorkerJob : IAsyncDisposable
{
    readonly JobWorkspace workspace;
    readonly JobPlan plan;
    readonly PlanPages pages;
    readonly PartSchema schema;
    readonly PartFiles files;
    readonly GenerationPipeline pipeline;
    readonly ShardRunner runner;
    readonly JobFailures failures = new();

    WorkerJob(JobWorkspace workspace, JobPlan plan, IGenerationEngine engine)
    {
        (this.workspace, this.plan) = (workspace, plan);
        pages = new PlanPages(workspace.Output, plan);
        schema = new PartSchema(workspace.Output, plan, workspace.EngineColumns);
        files = new PartFiles(workspace.Output, plan.Fingerprint);
        pipeline = new GenerationPipeline(engine, workspace.Job.Program, workspace.Job.PipelineOptions);
        runner = new ShardRunner(workspace.Job, plan, workspace.Output, pipeline, schema, workspace.EngineColumns);
    }

    /// <summary>Opens a job whose plan is in its output folder.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="engine">Its engine; it stays the caller's.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="JobException">The job is wrong, or not planned.</exception>
    public static Task<WorkerJob> OpenAsync(JobSpec spec, IGenerationEngine engine, CancellationToken cancellationToken = default) =>
        OpenAsync(spec, engine, location => location.OpenFolder(), cancellationToken);

    internal static Task<WorkerJob> OpenAsync(
        JobSpec spec, IGenerationEngine engine, Func<BlobUri, IBlobStore> openOutput, CancellationToken cancellationToken) => JobErrors.GuardAsync(
        async () =>
        {
            var opened = JobWorkspace.Open(JobDefinition.Of(spec, JobTarget.Service), openOutput);
            try
            {
                var found = await opened.Planner.ReadAsync(cancellationToken)
                    ?? throw new JobException(ErrorCodes.OutputCorrupt, $"{opened.Output.Uri}: {JobPlan.FileName} is missing; plan the job before its shards are run");
                return new WorkerJob(opened, found, engine);
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        },
        cancellationToken);

    /// <summary>A counter for one attempt.</summary>
    public ShardCounter CreateCounter() => new(failures);

    /// <summary>Runs one attempt: when it returns, the shard's part is durable (this attempt's, or an earlier one's).</summary>
    /// <param name="work">The attempt.</param>
    /// <param name="counter">Counts its rows.</param>
    /// <param name="cancellationToken">Stops it at the engine's next step.</param>
    /// <param name="watch">Told which of its rows the engine has. Default: nobody.</param>
    /// <exception cref="JobException">It failed; the code says what that means.</exception>
    public Task<ShardResult> RunAsync(ShardWork work, ShardCounter counter, CancellationToken cancellationToken, IRowWatch? watch = null) => JobErrors.GuardAsync(
        async () =>
        {
            var shard = await pages.GetAsync(work.Shard, cancellationToken);
            if (work.Probe is { } probe)
                return await ProbeAsync(shard, work, probe, watch, cancellationToken);
            var part = await files.TryReadAsync(shard, cancellationToken)
                ?? await runner.RunAsync(shard, counter, cancellationToken, work.PoisonRows, watch);
            return new ShardResult(part.Rows, part.RowsFailed, part.Usage);
        },
        cancellationToken);

    /// <summary>Ends the job's stages; attempts that run are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        await pipeline.DisposeAsync();
        schema.Dispose();
        workspace.Dispose();
    }

    async Task<ShardResult> ProbeAsync(ShardRecord shard, ShardWork work, ProbeRows probe, IRowWatch? watch, CancellationToken cancellationToken)
    {
        var rows = await runner.ProbeAsync(shard, probe, work.PoisonRows, watch, cancellationToken);
        var outcome = JsonSerializer.SerializeToUtf8Bytes(new ProbeRecord(probe.First, probe.Count, rows), ContractsJson.Indented);
        await workspace.Output.Store.ReplaceAsync(ProbeRecord.BlobName(work), outcome, cancellationToken);
        return new ShardResult(rows, 0, Usage.None);
    }
}
