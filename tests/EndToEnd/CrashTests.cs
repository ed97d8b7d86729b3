using System.Text.Json;

namespace Serverless.EndToEnd.Tests;

/// <summary>The process dies or is stopped in the middle; the same command goes on.</summary>
public sealed class CrashTests
{
    [Fact]
    public async Task A_job_of_5000_rows_that_is_killed_leaves_each_row_exactly_once_after_a_second_run()
    {
        using var folder = new TemporaryFolder();
        var job = LargeJob(folder, rows: 5000);
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
        ShouldHoldEachRowOnce(folder["out"], rows: 5000);
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

    /// <summary>Waits until the job has finished a shard; the folder's own notifications would miss what was there before.</summary>
    private static async Task WaitForPartAsync(CliProcess process, string output)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (Output.Parts(output).Count == 0)
        {
            process.HasExited.ShouldBeFalse($"the job ended before it had written a part: {process.Errors}");
            (await tick.WaitForNextTickAsync(patience.Token)).ShouldBeTrue();
        }
    }
}
