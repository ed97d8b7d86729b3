using Serverless.Contracts.Api;
using Serverless.Faults.Tests.Processes;
using Serverless.Placement.Groups;

namespace Serverless.Faults.Tests.Jobs;

/// <summary>A node that is lost when bundles on it are reserved and not yet committed, together with the process that was about to commit them.</summary>
public sealed class PlacementFaultTests
{
    [Theory]
    [InlineData(PlacementPoints.Holding)]
    [InlineData(PlacementPoints.Prepared)]
    public async Task A_node_that_is_lost_within_a_placement_only_delays_the_job(string point)
    {
        await using var rig = await JobRig.StartAsync(rowTime: 2);
        var (api, first, second) = (rig[JobRig.ApiName], rig[JobRig.FirstWorker], rig[JobRig.SecondWorker]);
        var work = new JobWork(rig, rows: 200, rowsPerShard: 10);
        var node = first.Current;
        await api.KillAsync($"{point}=kill@1");

        // The second worker is away, so that the first one is the node that is chosen.
        using (second.Hold())
        {
            second.Current.Kill();
            await Patience.UntilAsync(
                async () => (await WorkersAsync(rig)).Where(worker => worker.State == "ready").Select(worker => worker.Id).SequenceEqual([JobRig.FirstWorker]),
                () => $"the first worker is there alone.\n{rig.Text}");
            using (api.Hold())
            {
                var armed = api.Current;
                await work.SubmitAsync();
                (await Patience.OfAsync(armed.Exit, () => $"a placement comes by {point}.\n{rig.Text}")).ShouldBe(ServiceProcess.KilledExitCode);
                node.Halt();
            }
        }

        try
        {
            await work.ShouldBeWholeAsync();
            await ShouldHoldNothingElseAsync(rig, on: JobRig.SecondWorker);
        }
        finally
        {
            node.Continue();
        }

        first.Current.ShouldBe(node, "it was halted, not killed");
        await ShouldHoldNothingElseAsync(rig, on: null);
    }

    /// <summary>What the workers say that is in use is what the placement groups have there, and no group is between two states.</summary>
    /// <param name="rig">The service.</param>
    /// <param name="on">The only worker on which anything may be in use; null: any.</param>
    private static async Task ShouldHoldNothingElseAsync(JobRig rig, string? on)
    {
        IReadOnlyList<WorkerResource> workers = [];
        IReadOnlyList<PlacementGroupResource> groups = [];
        await Patience.UntilAsync(
            async () =>
            {
                (workers, groups) = (await WorkersAsync(rig), await rig.GetGroupsAsync());
                return workers.Count == 2 && groups.All(group => group.State is "CREATED" or "PENDING")
                    && workers.All(worker => Used(worker) == groups.Sum(group => group.Bundles.Count(bundle => bundle == worker.Id)) && (on is null || worker.Id == on || Used(worker) == 0));
            },
            () => $"nothing is reserved but what groups have: {string.Join("; ", workers.Select(worker => $"{worker.Id} {worker.State} uses {Used(worker)}"))}; {string.Join("; ", groups.Select(group => $"{group} on {string.Join(", ", group.Bundles)}"))}\n{rig.Text}");
    }

    private static double Used(WorkerResource worker) => worker.Used.GetValueOrDefault("accelerator");

    /// <summary>The workers; none while the process that knows them is being started.</summary>
    private static async Task<IReadOnlyList<WorkerResource>> WorkersAsync(JobRig rig)
    {
        try
        {
            return (await rig.Client.GetWorkersAsync()).Workers;
        }
        catch (Client.JobsException error) when (error.Status is null or System.Net.HttpStatusCode.ServiceUnavailable)
        {
            return [];
        }
    }
}
