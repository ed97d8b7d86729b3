using System.Text.Json;

namespace Serverless.EndToEnd.Tests;

/// <summary>The process dies or is stopped in the middle; the same command goes on.</summary>
public sealed class CrashTests
{
    [Fact]
    public async Task A_job_of_2000_rows_that_is_killed_leaves_each_row_exactly_once_after_a_second_run()
    {
        using var folder = new TemporaryFolder();
        var job = LargeJob(folder, rows: 2000);
        using (var first = CliProcess.Start(folder.Path, environment: null, "run", job))
        {
            await WaitForPartAsync(first, folder["out"]);
            first.KillHard();
        }

        Output.Parts(folder["out"]).Count.ShouldBeGreaterThan(0);
        File.Exists(folder["out/_SUCCESS"]).ShouldBeFalse("the first run was to be killed before its end");
        var kept = Output.Parts(folder["out"]).ToDictionary(part => part, File.GetLastWriteTimeUtc);

        var second = CliProcess.Run(folder.Path, "run", job);

        second.ExitCode.ShouldBe(0, second.Errors);
        ShouldHoldEachRowOnce(folder["out"], rows: 2000);
        foreach (var (part, written) in kept)
        {
            File.GetLastWriteTimeUtc(part).ShouldBe(written, "finished shards are not generated again");
        }
    }

    [Fact]
    public async Task Ctrl_C_stops_cleanly_and_the_next_run_goes_on()
    {
        using var folder = new TemporaryFolder();
        var job = LargeJob(folder, rows: 2000);
        using (var first = CliProcess.Start(folder.Path, environment: null, "run", job))
        {
            await WaitForPartAsync(first, folder["out"]);
            first.Interrupt();
            var stopped = first.WaitForEnd();
            stopped.ExitCode.ShouldBe(1, stopped.Errors);
            stopped.Errors.ShouldContain("again");
        }

        CliProcess.Run(folder.Path, "run", job).ExitCode.ShouldBe(0);
        ShouldHoldEachRowOnce(folder["out"], rows: 2000);
    }

    [Theory]
    [InlineData("processing.part.before-write=kill@2")]
    [InlineData("processing.part.before-link=kill@2")]
    [InlineData("processing.part.after-link=kill@2")]
    [InlineData("processing.job.before-manifest=kill")]
    [InlineData("processing.job.before-success=kill")]
    [InlineData("storage.blob.before-link=kill@3")]
    [InlineData("storage.blob.after-link=kill@3")]
    public void A_process_that_dies_at_a_named_point_loses_and_doubles_nothing(string failpoint)
    {
        using var folder = new TemporaryFolder();
        var job = LargeJob(folder, rows: 300);
        var died = CliProcess.Run(folder.Path, new Dictionary<string, string> { ["SERVERLESS_FAILPOINTS"] = failpoint }, "run", job);
        died.ExitCode.ShouldBe(128 + 9, $"the process was to be killed: {died.Errors}");
        File.Exists(folder["out/_SUCCESS"]).ShouldBeFalse();

        var second = CliProcess.Run(folder.Path, "run", job);

        second.ExitCode.ShouldBe(0, second.Errors);
        ShouldHoldEachRowOnce(folder["out"], rows: 300);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_job_of_20000_rows_that_is_killed_again_and_again_ends_with_each_row_once()
    {
        using var folder = new TemporaryFolder();
        var job = LargeJob(folder, rows: 20_000);
        var random = new Random(20_000);
        for (var kills = 0; kills < 12; kills++)
        {
            var parts = Output.Parts(folder["out"]).Count;
            using var run = CliProcess.Start(folder.Path, environment: null, "run", job);
            await WaitForPartsAsync(run, folder["out"], parts + random.Next(1, 20));
            run.KillHard();
        }

        CliProcess.Run(folder.Path, "run", job).ExitCode.ShouldBe(0);
        ShouldHoldEachRowOnce(folder["out"], rows: 20_000);
    }

    [Fact]
    public async Task Two_processes_on_one_output_at_once_write_each_row_once()
    {
        using var folder = new TemporaryFolder();
        var job = LargeJob(folder, rows: 1000);
        using var first = CliProcess.Start(folder.Path, environment: null, "run", job);
        using var second = CliProcess.Start(folder.Path, environment: null, "run", job);
        var ends = await Task.WhenAll(Task.Run(first.WaitForEnd), Task.Run(second.WaitForEnd));

        ends.ShouldAllBe(end => end.ExitCode == 0, string.Join('\n', ends.Select(end => end.Errors)));
        ShouldHoldEachRowOnce(folder["out"], rows: 1000);
    }

    private static void ShouldHoldEachRowOnce(string output, int rows)
    {
        var found = Output.ReadRows(output);
        found.Select(row => (long)row["row_index"]!).Order().ShouldBe(Enumerable.Range(0, rows).Select(index => (long)index));
        found.ShouldAllBe(row => row["error"] == null && (string)row["item"]! == Item((int)(long)row["row_index"]!));
        File.Exists(Path.Combine(output, "_SUCCESS")).ShouldBeTrue();
    }

    private static string LargeJob(TemporaryFolder folder, int rows)
    {
        File.WriteAllLines(folder["rows.jsonl"], Enumerable.Range(0, rows).Select(index => JsonSerializer.Serialize(new { item = Item(index) })));
        return RunTests.Job(folder, new { uri = folder["rows.jsonl"] }, batchSize: 64);
    }

    private static string Item(int index) => $"Night train number {index}...";

    /// <summary>Waits until so many shards are finished; the folder's own notifications would miss what was there before.</summary>
    private static Task WaitForPartAsync(CliProcess process, string output) => WaitForPartsAsync(process, output, 1);

    private static async Task WaitForPartsAsync(CliProcess process, string output, int parts)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (Output.Parts(output).Count < parts)
        {
            process.HasExited.ShouldBeFalse($"the job ended before it had written a part: {process.Errors}");
            (await tick.WaitForNextTickAsync(patience.Token)).ShouldBeTrue();
        }
    }
}
