using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Jobs;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Tests.Steps;

/// <summary>Jobs that are taken through their steps as a workflow would, over a scripted engine.</summary>
public abstract class StepRuns : JobRuns
{
    protected const int GroupSize = 3;

    private protected static JobSteps Open(JobSpec spec, Func<BlobUri, IBlobStore>? store = null, PlanCache? plans = null) => JobSteps.Open(
        spec, new JobRunnerOptions { ModelRevision = (_, _) => Task.FromResult("r1") }, store ?? (location => location.OpenFolder()), plans);

    private protected static async Task<JobPlan> PlanAsync(JobSteps steps)
    {
        var claim = await steps.ClaimAsync(default);
        for (var file = claim.Files - 1; file >= 0; file--)
            (await steps.PlanFileAsync(file, default)).File.ShouldBe(file);
        return await steps.CompletePlanAsync(default);
    }

    private protected static async Task RunShardsAsync(JobSpec spec, IEnumerable<int> shards, Func<BlobUri, IBlobStore>? store = null)
    {
        await using var engine = new ScriptedEngine();
        await using var job = await WorkerJob.OpenAsync(spec, engine, store ?? (location => location.OpenFolder()), default);
        await Task.WhenAll(shards.Select(shard => job.RunAsync(new ShardWork(shard, 1), job.CreateCounter(), default)));
    }

    private protected static async Task<Manifest> FinishAsync(JobSteps steps, JobPlan plan)
    {
        var groups = (plan.Shards + GroupSize - 1) / GroupSize;
        for (var group = 0; group < groups; group++)
            await steps.SealGroupAsync(group, group * GroupSize, Math.Min(GroupSize, plan.Shards - (group * GroupSize)), default);
        return await steps.FinishAsync(new JobEnd(null, groups, []), default);
    }

    /// <summary>All of it, skipping the shards that are done.</summary>
    private protected static async Task<Manifest> RunAsync(JobSpec spec, Func<BlobUri, IBlobStore>? store = null)
    {
        await using var steps = Open(spec, store);
        if ((await steps.ClaimAsync(default)).Finished is { } finished)
            return finished;
        var plan = await PlanAsync(steps);
        var done = await steps.FindDoneAsync(0, plan.Shards, default);
        await RunShardsAsync(spec, Enumerable.Range(0, plan.Shards).Except(done.Select(part => part.Shard)), store);
        return await FinishAsync(steps, plan);
    }

    private protected static async Task<List<Rows.Row>> RowsAsync(JobSpec spec) => await (await Run(new ScriptedEngine(), spec)).ReadRowsAsync().ToListAsync();
}
