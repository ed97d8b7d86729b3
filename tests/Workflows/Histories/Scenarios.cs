using Serverless.Contracts.Status;
using Serverless.Jobs;
using Serverless.Jobs.Commands;
using Serverless.Placement.Pools;
using Serverless.Workflows.Tests.Hosting;
using static Serverless.Contracts.Status.JobStatus;

namespace Serverless.Workflows.Tests.Histories;

/// <summary>
/// Lives of jobs of which the histories are saved. With RECORD_HISTORIES=1 in the environment each that is asked for is lived again, on today's code, and
/// its files are written anew: do that only for a new scenario.
/// </summary>
internal static class Scenarios
{
    private static readonly Dictionary<string, Scenario> All = new(StringComparer.Ordinal)
    {
        ["completed"] = new(world => RunAsync(world, rows: 101, batchSize: 1, Completed), Groups: 2),
        ["retried"] = new(world => RunAsync(world, rows: 4, batchSize: 2, Completed), ticket => ticket is { Shard: 1, Attempt: < 3 } ? FakeEnd.Failed("io") : FakeEnd.Done),
        ["poison"] = new(world => RunAsync(world, rows: 16, batchSize: 8, CompletedWithErrors), Poison),
        ["failed"] = new(
            world => RunAsync(world, rows: 150, batchSize: 1, Failed), ticket => ticket.Shard == 120 ? FakeEnd.Failed("storage", "the disk is full") : FakeEnd.Done, Groups: 2),
        ["silent"] = new(world => RunAsync(world, rows: 4, batchSize: 2, Completed), ticket => ticket is { Shard: 1, Attempt: 1 } ? null : FakeEnd.Done, HasClock: true),
        ["expired"] = new(ExpireAsync, HasClock: true),
        ["cancelled"] = new(CancelAsync),
        ["finished-before"] = new(FinishedBeforeAsync, Groups: 0),
    };

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => All.Keys;

    /// <summary>The saved histories of one: the job's, then its groups'.</summary>
    public static async Task<IReadOnlyList<SavedHistory>> ReadAsync(string name)
    {
        var scenario = All[name];
        if (Environment.GetEnvironmentVariable("RECORD_HISTORIES") == "1")
        {
            await RecordAsync(name, scenario);
        }

        return [SavedHistory.Read(JobOf(name)), .. Enumerable.Range(0, scenario.Groups).Select(group => SavedHistory.Read(GroupOf(name, group)))];
    }

    private static async Task RecordAsync(string name, Scenario scenario)
    {
        await using var world = await JobWorld.StartAsync(
            scenario.HasClock ? new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero)) : null, setUp: pool => pool.Script = scenario.Script ?? pool.Script);
        var key = new JobKey(JobWorld.Tenant, await scenario.Live(world));
        await SaveAsync(world, JobOf(name), $"{key}");
        for (var group = 0; group < scenario.Groups; group++)
        {
            await SaveAsync(world, GroupOf(name, group), key.GroupInstance(group));
        }
    }

    private static async Task SaveAsync(JobWorld world, string name, string instance)
    {
        await world.UntilAsync(async () => (await world.HistoryAsync(instance)).Any(entry => entry.ExecutionCompleted is not null), () => $"{instance} did not end");
        new SavedHistory(name, instance, await world.HistoryAsync(instance)).Save(world.Folder);
    }

    private static string JobOf(string name) => $"{name}.job";

    private static string GroupOf(string name, int group) => $"{name}.group-{group}";

    private static async Task<string> RunAsync(JobWorld world, int rows, int batchSize, JobStatus end)
    {
        var id = await world.SubmitAsync(world.Spec(rows, batchSize) with { Id = "saved" });
        await world.UntilAsync(id, end);
        return id;
    }

    private static async Task<string> ExpireAsync(JobWorld world)
    {
        world.Pool.Gate = new TaskCompletionSource().Task;
        var id = await world.SubmitAsync(world.Spec(rows: 4) with { Id = "saved", Deadline = "10m" });
        await world.UntilAsync(id, Expired);
        return id;
    }

    private static async Task<string> CancelAsync(JobWorld world)
    {
        world.Pool.Script = ticket =>
        {
            world.Pool.Gate = ticket.Shard == 1 ? new TaskCompletionSource().Task : Task.CompletedTask;
            return FakeEnd.Done;
        };
        var id = await world.SubmitAsync(world.Spec(rows: 10) with { Id = "saved" });
        await world.UntilAsync(async () => (await world.StateAsync(id)).Ended.Shards == 2, () => "two shards did not end");
        await world.SendAsync(new CancelJob(JobWorld.Tenant, id));
        await world.UntilAsync(id, Cancelled);
        return id;
    }

    private static async Task<string> FinishedBeforeAsync(JobWorld world)
    {
        await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 4)), Completed);
        return await RunAsync(world, rows: 4, batchSize: 2, Completed);
    }

    /// <summary>Row 5 takes its worker down, with all rows of the attempt in the engine.</summary>
    private static FakeEnd? Poison(ShardTicket ticket)
    {
        var (first, count) = ticket.Probe is { } probe ? (probe.First, probe.Count) : (0, 8);
        var dies = ticket is { Shard: 0, PoisonRows: null } && first <= 5 && first + count > 5;
        return dies ? FakeEnd.Lost with { Suspects = [.. Enumerable.Range((int)first, (int)count).Select(row => (long)row)] }
            : ticket.Probe is null ? FakeEnd.Done : FakeEnd.Passed;
    }
    /// <summary>A job's life.</summary>
    /// <param name="Live">Lives it and gives the job's id.</param>
    /// <param name="Script">What becomes of attempts. Default: their parts are written.</param>
    /// <param name="Groups">Groups of which the histories are saved.</param>
    /// <param name="HasClock">Whether time is the test's.</param>
    private sealed record Scenario(Func<JobWorld, Task<string>> Live, Func<ShardTicket, FakeEnd?>? Script = null, int Groups = 1, bool HasClock = false);
}
