using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Load;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests;

/// <summary>kill -9 again and again, at moments that a seed chooses, while work of all kinds goes on.</summary>
public sealed class KillLoopTests
{
    private const string SeedVariable = "FAULTS_SEED";

    [Fact]
    public Task Twenty_seconds_of_kills_lose_and_double_nothing() => RunAsync(TimeSpan.FromSeconds(20));

    [Fact]
    [Trait("Category", "Long")]
    public Task Two_minutes_of_kills_lose_and_double_nothing() => RunAsync(TimeSpan.FromMinutes(2));

    private static async Task RunAsync(TimeSpan duration)
    {
        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text ? int.Parse(text) : Random.Shared.Next();
        try
        {
            await using var rig = await Rig.StartAsync();
            await RunAsync(rig, new Random(seed), duration);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"The kill loop failed; {SeedVariable}={seed} chooses the same moments. {error.Message}", error);
        }
    }

    private static async Task RunAsync(Rig rig, Random random, TimeSpan duration)
    {
        var start = TimeProvider.System.GetTimestamp();
        var killing = KillAsync(rig, random, () => TimeProvider.System.GetElapsedTime(start) < duration);
        var works = new List<IWork>();
        while (!killing.IsCompleted)
        {
            works.Add(new Everything(rig, $"round-{works.Count}", scale: 2));
            await works[^1].RunAsync();
        }

        await killing;
        foreach (var work in works)
        {
            await work.VerifyAsync();
        }

        Journal.ShouldRunNothingTwiceAtOnce(rig.Journals());
        rig.Sidecar.ExitCodes.Concat(rig.App.ExitCodes).ShouldAllBe(code => code == ServiceProcess.KilledExitCode, rig.Text);
        using var state = rig.OpenState();
        StateFile.ShouldBeSound(state);
    }

    /// <summary>One of the two every half to five seconds.</summary>
    private static async Task KillAsync(Rig rig, Random random, Func<bool> isTime)
    {
        while (isTime())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 5000)), TimeProvider.System);
            await (random.Next(2) == 0 ? rig.App : rig.Sidecar).KillAsync();
        }
    }
}
