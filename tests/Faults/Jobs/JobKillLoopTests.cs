using Serverless.Contracts.Status;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Jobs;

/// <summary>kill -9 again and again, of any process of the job service, at moments that a seed chooses, while jobs run.</summary>
public sealed class JobKillLoopTests
{
    private const string SeedVariable = "FAULTS_SEED";

    [Fact]
    public Task Twenty_seconds_of_kills_delay_jobs_and_nothing_else() => RunAsync(TimeSpan.FromSeconds(20), rows: 4000);

    [Fact]
    [Trait("Category", "Long")]
    public Task Two_minutes_of_kills_delay_jobs_and_nothing_else() => RunAsync(TimeSpan.FromMinutes(2), rows: 20_000);

    private static async Task RunAsync(TimeSpan duration, int rows)
    {
        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text ? int.Parse(text) : Random.Shared.Next();
        try
        {
            await using var rig = await JobRig.StartAsync(rowTime: 5);
            await RunAsync(rig, new Random(seed), duration, rows);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"The kill loop failed; {SeedVariable}={seed} chooses the same moments. {error.Message}", error);
        }
    }

    private static async Task RunAsync(JobRig rig, Random random, TimeSpan duration, int rows)
    {
        var large = new JobWork(rig, rows, rowsPerShard: 20);
        await large.SubmitAsync();
        await large.UntilPartsAsync(1);
        var start = TimeProvider.System.GetTimestamp();
        List<JobWork> works = [large];
        while (TimeProvider.System.GetElapsedTime(start) < duration)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 5000)), TimeProvider.System);
            await rig[rig.Names.ElementAt(random.Next(rig.Names.Count))].KillAsync();
            works.Add(new JobWork(rig, rows: 50, rowsPerShard: 10));
            await works[^1].SubmitAsync();
        }

        foreach (var work in works)
        {
            await work.ShouldBeWholeAsync();
        }

        foreach (var name in rig.Names)
        {
            rig[name].ExitCodes.ShouldAllBe(code => code == ServiceProcess.KilledExitCode, rig.Text);
        }

        (await rig.Client.ListAsync(limit: 100)).Jobs.ShouldAllBe(job => job.Status == JobStatus.Completed, "no job stays in another state than it is in");
    }
}
