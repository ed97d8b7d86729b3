using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Inference;
using Serverless.Processing.Jobs;
using static Serverless.Processing.Tests.TestJobs;

namespace Serverless.Processing.Tests.Steps;

/// <summary>Jobs that were stopped.</summary>
public sealed class FenceTests : StepRuns
{
    [Fact]
    public async Task A_stopped_job_has_an_error_for_every_row_that_was_offered_and_ranges_for_the_rest()
    {
        var spec = Spec(Items(14));
        await using var steps = Open(spec);
        var plan = await PlanAsync(steps);
        plan.Shards.ShouldBe(5);
        await RunShardsAsync(spec, [1]);
        await steps.FenceAsync(0, 3, ErrorCodes.Cancelled, default);
        await steps.FenceAsync(0, 3, ErrorCodes.Cancelled, default);
        var group = await steps.SealGroupAsync(0, 0, 3, default);
        (group.Rows, group.RowsFailed).ShouldBe((9, 6));
        var manifest = await steps.FinishAsync(new JobEnd(JobStatus.Cancelled, 1, [new ShardRange(3, 4)]), default);

        manifest.Status.ShouldBe(JobStatus.Cancelled);
        manifest.NotStarted.ShouldBe([new ShardRange(3, 4)]);
        (manifest.Rows, manifest.RowsFailed, manifest.RowsNotStarted, manifest.RowsTotal, manifest.ShardsTotal).ShouldBe((9, 6, 5, 14, 5));
        manifest.Errors.ShouldHaveSingleItem().Type.ShouldBe(ErrorCodes.Cancelled);
        File.Exists(Folder.Sub("out/_SUCCESS")).ShouldBeFalse();

        var rows = await RowsAsync(spec);
        rows.Select(row => row["item"]).ShouldBe(Items(9));
        rows.Select(row => row["generated_text"]).ShouldBe([null, null, null, "ITEM 3", "ITEM 4", "ITEM 5", null, null, null]);
        ((IReadOnlyDictionary<string, object?>)rows[0]["error"]!)["type"].ShouldBe("cancelled");
        rows[0]["finish_reason"].ShouldBe("error");
    }

    [Fact]
    public async Task Of_a_fence_and_a_late_writer_one_wins_whole()
    {
        for (var round = 0; round < 20; round++)
        {
            var spec = Spec(Items(3), Folder.Sub($"out-{round}"));
            await using var steps = Open(spec);
            var plan = await PlanAsync(steps);
            await Task.WhenAll(Task.Run(() => steps.FenceAsync(0, 1, ErrorCodes.Expired, default)), Task.Run(() => RunShardsAsync(spec, [0])));
            var manifest = await FinishAsync(steps, plan);
            manifest.RowsFailed.ShouldBeOneOf(0, 3);
        }
    }

    [Fact]
    public async Task A_writer_that_comes_after_the_fence_finds_the_shard_done()
    {
        var spec = Spec(Items(3));
        await using var steps = Open(spec);
        await PlanAsync(steps);
        var gate = new TaskCompletionSource();
        await using var engine = new ScriptedEngine { Gate = gate.Task };
        await using var job = await WorkerJob.OpenAsync(spec, engine, CancellationToken.None);
        var late = job.RunAsync(new ShardWork(0, 1), job.CreateCounter(), default);
        await steps.FenceAsync(0, 1, ErrorCodes.Cancelled, default);
        gate.SetResult();
        (await late).RowsFailed.ShouldBe(3);
    }

    [Fact]
    public async Task A_fence_stands_where_the_input_is_gone()
    {
        var input = Folder.Write("in.jsonl", "{\"item\": \"a\"}\n{\"item\": \"b\"}\n");
        var spec = Spec([]) with { Input = new InputSpec { Uri = input } };
        await using var steps = Open(spec);
        var plan = await PlanAsync(steps);
        File.Delete(input);
        await steps.FenceAsync(0, plan.Shards, ErrorCodes.Cancelled, default);
        var group = await steps.SealGroupAsync(0, 0, 1, default);
        (group.Rows, group.RowsFailed).ShouldBe((2, 2));
    }

    [Fact]
    public async Task Probes_write_no_part_and_poison_rows_never_reach_the_engine()
    {
        var spec = Spec(Items(3));
        await using var steps = Open(spec);
        await PlanAsync(steps);
        await using var engine = new ScriptedEngine();
        await using var job = await WorkerJob.OpenAsync(spec, engine, CancellationToken.None);
        (await job.RunAsync(new ShardWork(0, 1) { Probe = new ProbeRows(1, 2) }, job.CreateCounter(), default)).Rows.ShouldBe(2);
        engine.Prompts.Order().ShouldBe(["item 1", "item 2"]);
        Directory.GetFiles(Folder.Sub("out"), "part-*").ShouldBeEmpty();
        File.Exists(Folder.Sub("out/_work/0000000/probe-0001.json")).ShouldBeTrue();

        var counter = job.CreateCounter();
        var result = await job.RunAsync(new ShardWork(0, 2) { PoisonRows = [1] }, counter, default);
        (result.Rows, result.RowsFailed).ShouldBe((3, 1));
        (counter.RowsDone, counter.RowsFailed).ShouldBe((3, 1));
        engine.Prompts.Count(prompt => prompt == "item 1").ShouldBe(1);
        await steps.SealGroupAsync(0, 0, 1, default);
        await steps.FinishAsync(new JobEnd(null, 1, []), default);
        var row = (await RowsAsync(spec))[1];
        row["item"].ShouldBe("item 1");
        ((IReadOnlyDictionary<string, object?>)row["error"]!)["type"].ShouldBe("poison_row");
    }

    [Fact]
    public async Task A_failing_engine_fails_the_attempt_with_its_code()
    {
        var spec = Spec(["a", ScriptedEngine.Dies]);
        await using var steps = Open(spec);
        await PlanAsync(steps);
        await using IGenerationEngine engine = new ScriptedEngine();
        await using var job = await WorkerJob.OpenAsync(spec, engine, CancellationToken.None);
        (await Should.ThrowAsync<JobException>(() => job.RunAsync(new ShardWork(0, 1), job.CreateCounter(), default))).Code.ShouldBe(ErrorCodes.EngineFailed);
    }
}
