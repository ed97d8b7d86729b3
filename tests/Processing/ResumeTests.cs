using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Processing.Jobs;
using static Serverless.Processing.Tests.TestJobs;

namespace Serverless.Processing.Tests;

/// <summary>What an earlier run left: finished, changed, foreign or broken off.</summary>
public sealed class ResumeTests : JobRuns
{
    [Fact]
    public async Task A_finished_job_gives_its_result_without_loading_a_model()
    {
        await Run(new ScriptedEngine(), Items(10));
        var runner = new JobRunner(new JobRunnerOptions { LoadEngine = (_, _) => throw new InvalidOperationException("loaded"), ModelRevision = (_, _) => Task.FromResult("r1") });
        var again = await runner.RunAsync(Spec(Items(10)));
        again.WasFinished.ShouldBeTrue();
        again.Manifest.Rows.ShouldBe(10);
    }

    [Fact]
    public async Task A_changed_job_over_old_output_is_refused_field_by_field()
    {
        await Run(new ScriptedEngine(), Items(4));
        var changed = Spec(Items(4)) with { Preprocess = new PreprocessSpec { Prompt = "Say {{ row.item }}" } };
        var error = await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), changed));
        error.Code.ShouldBe(ErrorCodes.OutputNotEmpty);
        error.Message.ShouldContain("preprocess.prompt: \"{{ row.item }}\" -> \"Say {{ row.item }}\"");
    }

    [Fact]
    public async Task A_change_that_decides_no_row_resumes()
    {
        await Run(new ScriptedEngine(), Items(4));
        var again = await Run(new ScriptedEngine(), Spec(Items(4)) with { BatchSize = 100, Name = "other", MaxConcurrentBatches = 1, OnRowError = OnRowError.Fail });
        again.WasFinished.ShouldBeTrue();
    }

    [Fact]
    public async Task Overwrite_replaces_another_job_and_leaves_foreign_files()
    {
        await Run(new ScriptedEngine(), Items(9));
        var spec = Spec(Items(2));
        var result = await Run(new ScriptedEngine(), spec with { Output = spec.Output with { Mode = OutputMode.Overwrite } });
        (await result.ReadRowsAsync().ToListAsync()).Count.ShouldBe(2);
        Directory.GetFiles(Folder.Sub("out"), "part-*").Length.ShouldBe(1);
    }

    [Fact]
    public async Task Files_that_no_job_wrote_are_an_error_unless_the_mode_is_resume()
    {
        Folder.Write("out/notes.txt", "mine");
        var error = await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), Items(2)));
        error.Message.ShouldContain("notes.txt");
        var spec = Spec(Items(2));
        var result = await Run(new ScriptedEngine(), spec with { Output = spec.Output with { Mode = OutputMode.Resume } });
        result.Manifest.Rows.ShouldBe(2);
        File.ReadAllText(Folder.Sub("out/notes.txt")).ShouldBe("mine");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_crash_at_any_change_the_next_run_gives_every_row_once(bool after)
    {
        for (var change = 1; ; change++)
        {
            var output = Folder.Sub($"out-{after}-{change}");
            var spec = Spec(Items(8), output);
            CrashingStore? store = null;
            try
            {
                await Execute(spec, new ScriptedEngine(), location => store = new CrashingStore(location.OpenFolder(), change, after));
                store!.HasCrashed.ShouldBeFalse();
                change.ShouldBeGreaterThan(7);
                return;
            }
            catch (JobException e) when (e.InnerException is CrashException)
            {
                var engine = new ScriptedEngine();
                var result = await Run(engine, spec);
                var rows = await result.ReadRowsAsync().ToListAsync();
                rows.Select(row => row["row_index"]).ShouldBe(Enumerable.Range(0, 8).Select(i => (object?)(long)i));
                rows.Select(row => row["generated_text"]).ShouldBe(Items(8).Select(item => item.ToUpperInvariant()));
                File.Exists(Path.Combine(output, "_SUCCESS")).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public async Task Finished_shards_are_not_generated_again()
    {
        var items = Items(30).ToList();
        items[20] = ScriptedEngine.Dies;
        var spec = Spec(items) with { MaxConcurrentBatches = 1, MaxAttempts = 1 };
        await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), spec));
        var parts = Directory.GetFiles(Folder.Sub("out"), "part-*").Select(Path.GetFileName).Order().ToList();
        parts.ShouldBe(Enumerable.Range(0, 6).Select(i => $"part-{i:0000000}.parquet"));

        var engine = new ScriptedEngine { DiesAtCommand = false };
        var result = await Run(engine, spec);
        engine.Prompts.Order().ShouldBe(items.Skip(18).Order());
        result.Manifest.Rows.ShouldBe(30);
    }

    [Fact]
    public async Task Two_runs_at_once_give_every_row_once()
    {
        var runs = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Run(new ScriptedEngine(), Items(200)))).ToList();
        var results = await Task.WhenAll(runs);
        var rows = await results[0].ReadRowsAsync().ToListAsync();
        rows.Select(row => row["row_index"]).ShouldBe(Enumerable.Range(0, 200).Select(i => (object?)(long)i));
        results[0].Manifest.Parts.ShouldBe(results[1].Manifest.Parts);
    }

    [Fact]
    public async Task Cancelling_stops_and_the_next_run_goes_on()
    {
        using var stop = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        var progress = new Reports(report =>
        {
            if (report.Status == JobStatus.Running)
                stop.Cancel();
        });
        await Should.ThrowAsync<OperationCanceledException>(() => Runner(new ScriptedEngine { Gate = gate.Task }).RunAsync(Spec(Items(20)), progress, stop.Token));
        var result = await Run(new ScriptedEngine(), Items(20));
        result.Manifest.Rows.ShouldBe(20);
    }

    [Fact]
    public async Task A_transient_failure_is_tried_again()
    {
        FlakyStore? store = null;
        var result = await Execute(Spec(Items(5)), new ScriptedEngine(), location => store = new FlakyStore(location.OpenFolder()));
        store!.Failures.ShouldBe(1);
        result.Manifest.Rows.ShouldBe(5);
    }
}
