using System.Collections.Concurrent;
using System.Text.Json;
using Serverless.Contracts.Errors;
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
    public async Task Files_that_are_planned_at_once_give_the_plan_that_they_give_one_by_one()
    {
        for (var file = 0; file < Files; file++)
            Folder.Write($"in/{file}.jsonl", string.Concat(Enumerable.Range(0, file + 1).Select(row => $"{{\"item\": \"{file}-{row}\", \"c{file}\": {row}}}\n")));
        var spec = Spec([]) with { Input = new InputSpec { Uri = Folder.Sub("in") }, BatchSize = 2 };
        var plans = new List<string>();
        foreach (var output in new[] { "one", "many" })
        {
            await using var steps = Open(spec with { Output = new OutputSpec { Uri = Folder.Sub(output) } });
            var claim = await steps.ClaimAsync(default);
            for (var file = 0; output == "one" && file < claim.Files; file++)
                await steps.PlanFileAsync(file, default);
            if (output == "many")
                await steps.PlanFilesAsync(0, claim.Files, default);
            var plan = await steps.CompletePlanAsync(default);
            plans.Add(JsonSerializer.Serialize(plan with { Fingerprint = "" }) + File.ReadAllText(Folder.Sub($"{output}/{JobPlan.PageName(0)}")));
        }

        plans[1].ShouldBe(plans[0]);
    }

    [Fact]
    public async Task Of_several_files_that_cannot_be_planned_the_first_is_named_and_nothing_is_left_behind()
    {
        string[] lines = ["{\"item\": \"a\"}", "{\"item\": \"a\", \"b\": 1, \"B\": 2}", "{\"item\": \"a\", \"c\": 1, \"C\": 2}", "{\"item\": \"a\"}"];
        foreach (var (file, line) in lines.Index())
            Folder.Write($"in/{file}.jsonl", string.Concat(Enumerable.Repeat(line + "\n", 2000)));
        var spec = Spec([]) with { Input = new InputSpec { Uri = Folder.Sub("in") }, Output = new OutputSpec { Uri = Folder.Sub("out") } };
        await using var steps = Open(spec);
        await steps.ClaimAsync(default);
        var error = await Should.ThrowAsync<JobException>(() => steps.PlanFilesAsync(0, lines.Length, default));
        error.Code.ShouldBe(ErrorCodes.InvalidInput);
        error.Message.ShouldContain("(b, B)");
        using var store = BlobUri.Parse(Folder.Sub("out")).OpenFolder();
        (await store.ListAsync().ToListAsync()).ShouldBeEmpty();
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
