using Serverless.Contracts.Specs;
using Serverless.Placement.Cluster;
using Serverless.Placement.Groups;
using Serverless.Placement.Scheduling;
using static Serverless.Placement.Tests.Scheduling.Nodes;

namespace Serverless.Placement.Tests.Actors;

public sealed class PlacementGroupTests
{
    private static readonly NodeReport N1 = Report("n1"), N2 = Report("n2");

    [Fact]
    public async Task A_group_over_two_nodes_holds_both_and_gives_both_back()
    {
        await using var app = await PlacementApp.StartAsync();
        await LiveAsync(app, N1, N2);

        var created = await app.Group("g").CreateAsync(Request(PlacementStrategy.StrictSpread, 1, 1));
        created.State.ShouldBe(GroupState.Created);
        created.Bundles.Select(bundle => bundle.NodeId).ShouldBe(["n1", "n2"]);
        (await UsedAsync(app)).ShouldBe([1, 1]);
        (await app.Node("n1").GetUseAsync()).Held.Single().Expires.ShouldBeNull("it is committed");
        await app.Group("g").RemoveAsync();
        (await UsedAsync(app)).ShouldBe([0, 0]);
        (await app.Group("g").GetAsync()).State.ShouldBe(GroupState.Removed);
    }

    [Fact]
    public async Task Repeated_calls_change_nothing()
    {
        await using var app = await PlacementApp.StartAsync();
        await LiveAsync(app, N1, N2);
        var request = Request(PlacementStrategy.Pack, 1);
        var created = await app.Group("g").CreateAsync(request);
        var writes = app.Writes;

        (await app.Group("g").CreateAsync(request)).Bundles.Single().NodeId.ShouldBe(created.Bundles.Single().NodeId);
        (await app.Group("g").CreateAsync(request)).Attempt.ShouldBe(created.Attempt);
        app.Writes.ShouldBe(writes);
        await app.Group("g").RemoveAsync();
        await app.Group("g").RemoveAsync();
        (await app.Group("g").CreateAsync(request)).State.ShouldBe(GroupState.Removed, "a late call does not bring it back");
        (await UsedAsync(app)).ShouldBe([0, 0]);
    }

    [Fact]
    public async Task A_group_waits_says_for_what_and_is_created_when_there_is_room()
    {
        await using var app = await PlacementApp.StartAsync();
        await LiveAsync(app, N1);
        await app.Group("g").CreateAsync(Request(PlacementStrategy.Pack, 1));

        var waiting = await app.Group("h").CreateAsync(Request(PlacementStrategy.Pack, 1));
        waiting.State.ShouldBe(GroupState.Pending);
        waiting.Infeasible.ShouldBeFalse();
        waiting.Reason.ShouldBe("accelerator: a bundle needs 1 on one node; at most 0 of a node's are free as a whole, and no node has more than 1");
        await app.Group("g").RemoveAsync();
        await app.PassUntilAsync(async () => (await app.Group("h").GetAsync()).State == GroupState.Created, "the group did not find the room that there is", N1);
    }

    [Fact]
    public async Task What_no_node_could_hold_is_infeasible_once_node_pools_are_declared()
    {
        await using var app = await PlacementApp.StartAsync(options => options.NodePools.Add(new NodePool { Name = "small", Accelerators = 1, AcceleratorType = "NVIDIA H200" }));
        await LiveAsync(app, N1);

        (await app.Group("g").CreateAsync(Request(PlacementStrategy.StrictSpread, 1, 1))).ShouldSatisfyAllConditions(
            group => group.State.ShouldBe(GroupState.Pending), group => group.Infeasible.ShouldBeFalse());
        (await app.Group("h").CreateAsync(Request(PlacementStrategy.StrictPack, 1, 1))).ShouldSatisfyAllConditions(
            group => group.Infeasible.ShouldBeTrue(), group => group.Reason!.ShouldContain("STRICT_PACK"), group => group.Reason!.ShouldContain("small"));
    }

    [Fact]
    public async Task A_group_whose_node_is_lost_is_placed_anew_elsewhere()
    {
        await using var app = await PlacementApp.StartAsync();
        await LiveAsync(app, N1);
        (await app.Group("g").CreateAsync(Request(PlacementStrategy.Pack, 1))).Bundles.Single().NodeId.ShouldBe("n1");

        await app.PassUntilAsync(async () => (await app.Group("g").GetAsync()).State == GroupState.Rescheduling, "nobody noticed that the node is lost");
        (await app.Group("g").GetAsync()).Reason.ShouldBe("no node is there: start a worker");
        await app.PassUntilAsync(async () => (await app.Group("g").GetAsync()).State == GroupState.Created, "the group was not placed on the other node", N2);
        var group = await app.Group("g").GetAsync();
        group.Attempt.ShouldBe(2);
        group.Bundles.Single().NodeId.ShouldBe("n2");
    }

    [Fact]
    public async Task A_group_whose_node_is_another_process_is_placed_anew()
    {
        await using var app = await PlacementApp.StartAsync();
        await LiveAsync(app, N1);
        await app.Group("g").CreateAsync(Request(PlacementStrategy.Pack, 1));

        var next = N1 with { Incarnation = "2" };
        await app.PassUntilAsync(async () => await app.Group("g").GetAsync() is { State: GroupState.Created, Attempt: 2 }, "the group holds on to a process that is gone", next);
        (await app.Node("n1").GetUseAsync()).Held.Single().Operation.ShouldBe("g@2");
    }

    [Fact]
    public async Task Of_two_groups_that_want_the_last_accelerator_one_gets_it()
    {
        await using var app = await PlacementApp.StartAsync();
        await LiveAsync(app, N1, N2);

        var groups = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => app.Group($"g{i}").CreateAsync(Request(PlacementStrategy.StrictSpread, 1, 1))));

        groups.Count(group => group.State == GroupState.Created).ShouldBe(1);
        (await UsedAsync(app)).ShouldBe([1, 1]);
        foreach (var node in new[] { "n1", "n2" })
        {
            (await app.Node(node).GetUseAsync()).Held.Count.ShouldBe(1, "those that came too late hold nothing");
        }
    }

    [Fact]
    public async Task A_cluster_that_missed_what_was_given_back_is_not_believed()
    {
        await using var app = await PlacementApp.StartAsync();
        await LiveAsync(app, N1);
        await app.Group("g").CreateAsync(Request(PlacementStrategy.Pack, 1));
        var use = await app.Node("n1").GetUseAsync();
        await app.Group("g").RemoveAsync();

        // As if the notice of the return had been lost: the cluster believes a later word that says the same as before.
        await app.Cluster.ReportUseAsync(use with { Revision = use.Revision + 1000 });
        (await UsedAsync(app)).ShouldBe([1]);

        (await app.Group("h").CreateAsync(Request(PlacementStrategy.Pack, 1))).State.ShouldBe(GroupState.Created);
    }

    [Fact]
    public async Task A_group_outlives_the_process()
    {
        await using var app = await PlacementApp.StartAsync();
        await LiveAsync(app, N1);
        var created = await app.Group("g").CreateAsync(Request(PlacementStrategy.Pack, 1));

        await app.RestartAsync();

        var after = await app.Group("g").GetAsync();
        (after.State, after.Attempt, after.Bundles.Single().NodeId).ShouldBe((created.State, created.Attempt, "n1"));
    }

    private static async Task LiveAsync(PlacementApp app, params NodeReport[] nodes)
    {
        foreach (var node in nodes)
        {
            await app.Cluster.HeartbeatAsync(node);
        }
    }

    private static async Task<double[]> UsedAsync(PlacementApp app) =>
        [.. (await app.Cluster.GetNodesAsync()).Select(node => node.Used.GetValueOrDefault("accelerator"))];
}
