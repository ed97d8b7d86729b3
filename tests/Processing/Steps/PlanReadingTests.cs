using System.Collections.Concurrent;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Jobs;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Tests.Steps;

/// <summary>Claim and plan name every file of the input, so steps for each file or group must not read them anew.</summary>
public sealed class PlanReadingTests : StepRuns
{
    const int Files = 7;

    readonly ConcurrentDictionary<string, int> reads = new();

    [Fact]
    public async Task However_many_files_and_groups_there_are_the_claim_and_the_plan_are_read_as_often()
    {
        for (var file = 0; file < Files; file++)
            Folder.Write($"in/{file}.jsonl", "{\"item\": \"a\"}\n");
        var spec = Spec([]) with { Input = new InputSpec { Uri = Folder.Sub("in") }, Output = new OutputSpec { Uri = Folder.Sub("out") }, BatchSize = 2 };
        var plans = new PlanCache();
        JobPlan plan;
        await using (var steps = Open(spec, Counting))
        {
            var claim = await steps.ClaimAsync(default);
            reads.Clear();
            for (var file = 0; file < claim.Files; file++)
                await steps.PlanFileAsync(file, default);
            reads[JobRecord.FileName].ShouldBe(1);
            plan = await steps.CompletePlanAsync(default);
        }

        plan.Shards.ShouldBe(Files);
        await RunShardsAsync(spec, Enumerable.Range(0, plan.Shards));
        reads.Clear();
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            await using var steps = Open(spec, Counting, plans);
            await steps.SealGroupAsync(shard, shard, 1, default);
        }

        reads[JobPlan.FileName].ShouldBe(1);
    }

    [Fact]
    public async Task A_plan_that_was_replaced_is_read_again()
    {
        using var store = BlobUri.Parse(Folder.Sub("out")).OpenFolder();
        var output = new OutputFolder(store, "out");
        var plans = new PlanCache();
        (await plans.ReadAsync(output, default)).ShouldBeNull();
        foreach (var rows in new[] { 1L, 22L })
        {
            var plan = new JobPlan { Fingerprint = "f", Rows = rows, Shards = 1, Files = [], InputColumns = [], Schema = null };
            await store.DeleteAsync(JobPlan.FileName);
            await output.CreateOrReadAsync(JobPlan.FileName, plan, default);
            (await plans.ReadAsync(output, default))!.Rows.ShouldBe(rows);
            (await plans.ReadAsync(output, default))!.Rows.ShouldBe(rows);
        }
    }

    CountingStore Counting(BlobUri location) => new(location.OpenFolder(), reads);
}
