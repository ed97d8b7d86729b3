using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Jobs;

/// <summary>A worker that has less memory than one of its rows takes.</summary>
public sealed class MemoryFaultTests
{
    /// <summary>Of managed memory, in hexadecimal: 256 MiB.</summary>
    private const string Limit = "0x10000000";

    [Fact]
    public async Task A_row_that_takes_all_memory_stands_alone_in_error()
    {
        await using var rig = await JobRig.StartAsync(rowTime: 2, settings: new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = Limit, ["FAULTS_POISON"] = "memory" });
        var work = new JobWork(rig, rows: 100, rowsPerShard: 10, poison: 57);
        await work.SubmitAsync();
        await work.ShouldBeWholeAsync();
        var exits = rig[JobRig.FirstWorker].ExitCodes.Concat(rig[JobRig.SecondWorker].ExitCodes).ToList();
        exits.Count.ShouldBeGreaterThanOrEqualTo(3, "two whole attempts, and the row alone");
        exits.ShouldAllBe(code => code != ServiceProcess.KilledExitCode, "a worker that runs out of memory ends by itself");
        rig[JobRig.ApiName].ExitCodes.ShouldBeEmpty();
        rig[JobRig.SidecarName].ExitCodes.ShouldBeEmpty();
    }
}
