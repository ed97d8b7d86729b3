using System.Text.Json;
using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Processing.Jobs;
using static Serverless.Processing.Tests.TestJobs;

namespace Serverless.Processing.Tests.Steps;

public sealed class JobStepsTests : StepRuns
{
    [Fact]
    public async Task The_steps_leave_the_same_folder_as_a_run_in_one_process()
    {
        var input = WriteInput();
        var steps = FileSpec(input, "steps");
        var run = FileSpec(input, "run");
        var manifest = await RunAsync(steps);
        var result = await Run(new ScriptedEngine(), run);

        Comparable(manifest).ShouldBe(Comparable(result.Manifest));
        manifest.Status.ShouldBe(JobStatus.CompletedWithErrors);
        Names("steps").ShouldBe(Names("run"));
        Plan("steps").ShouldBe(Plan("run"));
        (await Run(new ScriptedEngine(), steps)).WasFinished.ShouldBeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(1000)]
    public async Task A_limit_inside_or_between_files_plans_as_a_run_in_one_process_does(long limit)
    {
        var input = WriteInput();
        var steps = FileSpec(input, "steps");
        var run = FileSpec(input, "run");
        await using (var opened = Open(steps with { Input = steps.Input with { Limit = limit } }))
            (await PlanAsync(opened)).Rows.ShouldBe(Math.Min(limit, 19));
        await Run(new ScriptedEngine(), run with { Input = run.Input with { Limit = limit } });
        Plan("steps").ShouldBe(Plan("run"));
    }

    [Fact]
    public async Task Steps_that_are_repeated_and_taken_by_several_at_once_give_one_plan_and_one_manifest()
    {
        var spec = FileSpec(WriteInput(), "out");
        var manifests = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var steps = Open(spec);
            if ((await steps.ClaimAsync(default)).Finished is { } finished)
                return finished;
            await PlanAsync(steps);
            var plan = await PlanAsync(steps);
            await RunShardsAsync(spec, Enumerable.Range(0, plan.Shards));
            return await FinishAsync(steps, plan);
        })));
        manifests.ShouldAllBe(manifest => CanonicalJson.Write(JsonSerializer.SerializeToNode(manifest, ContractsJson.Compact)) == CanonicalJson.Write(JsonSerializer.SerializeToNode(manifests[0], ContractsJson.Compact)));
        manifests[0].Rows.ShouldBe(19);
        Directory.GetFiles(Folder.Sub("out"), "part-*").Length.ShouldBe(manifests[0].Parts.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_crash_at_any_change_the_steps_go_on_and_every_row_is_there_once(bool after)
    {
        var input = WriteInput();
        for (var change = 1; ; change++)
        {
            var spec = FileSpec(input, $"out-{after}-{change}");
            CrashingStore? store = null;
            try
            {
                await RunAsync(spec, location => store is { HasCrashed: true } ? store : store = new CrashingStore(location.OpenFolder(), change, after));
                store!.HasCrashed.ShouldBeFalse();
                return;
            }
            catch (JobException e) when (e.InnerException is CrashException)
            {
                (await RunAsync(spec)).Rows.ShouldBe(19);
                var rows = await RowsAsync(spec);
                rows.Select(row => row["row_index"]).ShouldBe(Enumerable.Range(0, 19).Select(i => (object?)(long)i));
Names($"out-{after}-{change}").ShouldNotContain(name => name.StartsWith("_work/", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task A_job_that_cannot_be_planned_leaves_its_folder_free()
    {
        var spec = Spec(Items(3));
        await using (var steps = Open(spec with { Preprocess = new PreprocessSpec { Prompt = "{{ row.itm }}" } }))
            (await Should.ThrowAsync<JobException>(() => PlanAsync(steps))).Code.ShouldBe(ErrorCodes.InvalidSpec);
        (await RunAsync(spec)).Rows.ShouldBe(3);
    }

    [Fact]
    public async Task A_file_that_changes_between_the_steps_is_a_permanent_error()
    {
        var input = WriteInput();
        var spec = FileSpec(input, "out");
        await using var steps = Open(spec);
        await PlanAsync(steps);
        File.AppendAllText(Path.Combine(input, "b.jsonl"), "{\"item\": \"late\"}\n");
        var error = await Should.ThrowAsync<JobException>(() => RunShardsAsync(spec, [0, 1, 2, 3, 4, 5]));
        error.Code.ShouldBe(ErrorCodes.InputChanged);
        error.Class.ShouldBe(ErrorClass.Permanent);
    }

    [Fact]
    public async Task A_plan_of_many_pages_is_read_back_shard_by_shard()
    {
        var spec = Spec(Items(2500)) with { BatchSize = 1 };
        await using var steps = Open(spec);
        var plan = await PlanAsync(steps);
        plan.Shards.ShouldBe(2500);
        Directory.GetFiles(Folder.Sub("out/_plan")).Length.ShouldBe(3);
        await RunShardsAsync(spec, [0, 999, 1000, 2499]);
        (await steps.FindDoneAsync(990, 20, default)).Select(done => done.Shard).ShouldBe([999, 1000]);
    }

    [Fact]
    public async Task A_group_that_is_not_whole_cannot_be_sealed_and_a_job_without_its_groups_not_finished()
    {
        var spec = Spec(Items(9));
        await using var steps = Open(spec);
        await PlanAsync(steps);
        await RunShardsAsync(spec, [0, 2]);
        (await Should.ThrowAsync<JobException>(() => steps.SealGroupAsync(0, 0, 3, default))).Message.ShouldContain("part-0000001.parquet");
        (await Should.ThrowAsync<JobException>(() => steps.FinishAsync(new JobEnd(null, 1, []), default))).Message.ShouldContain("seal group 0");
    }

    JobSpec FileSpec(string input, string output) => Spec([]) with
    {
        Input = new InputSpec { Uri = input },
        Output = new OutputSpec { Uri = Folder.Sub(output) },
        BatchSize = 2,
    };

    /// <summary>19 rows in three files whose columns differ, one line of which cannot be read.</summary>
    string WriteInput()
    {
        Folder.Write("in/a.jsonl", string.Concat(Enumerable.Range(0, 7).Select(i => $"{{\"item\": \"a {i}\", \"n\": {i}}}\n")));
        Folder.Write("in/b.jsonl", "not json\n" + string.Concat(Enumerable.Range(0, 4).Select(i => $"{{\"item\": \"b {i}\", \"n\": null, \"tags\": [{{\"x\": {i}.5}}]}}\n")));
        Folder.Write("in/c.csv", "item,late\n" + string.Concat(Enumerable.Range(0, 7).Select(i => $"c {i},yes\n")));
        return Folder.Sub("in");
    }

    string Plan(string output) => string.Concat(
        new[] { "_plan.json", "_plan/page-00000.json" }.Select(name => File.ReadAllText(Folder.Sub($"{output}/{name}"))));

    IEnumerable<string> Names(string output) =>
        Directory.GetFiles(Folder.Sub(output), "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder.Sub(output), path)).Order();

    static string Comparable(Manifest manifest) => CanonicalJson.Write(JsonSerializer.SerializeToNode(
        manifest with { JobId = "", CreatedAt = default, CompletedAt = default }, ContractsJson.Compact));
}
