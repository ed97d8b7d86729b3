using Serverless.Placement.Nodes;
using static Serverless.Placement.Tests.Scheduling.Nodes;

namespace Serverless.Placement.Tests.Actors;

public sealed class GpuNodeTests
{
    [Fact]
    public async Task Repeated_calls_of_one_operation_change_nothing()
    {
        await using var app = await PlacementApp.StartAsync();
        var node = app.Node("n1");
        var bundles = await BundlesAsync(app, "g@1");

        (await node.PrepareAsync(bundles)).Prepared.ShouldBeTrue();
        (await node.CommitAsync("g@1")).ShouldBeTrue();
        var (use, writes) = (await node.GetUseAsync(), app.Writes);
        (await node.PrepareAsync(bundles)).Prepared.ShouldBeTrue();
        (await node.CommitAsync("g@1")).ShouldBeTrue();
        (await node.GetUseAsync()).Revision.ShouldBe(use.Revision);
        app.Writes.ShouldBe(writes);
        await node.ReturnAsync("g@1");
        await node.ReturnAsync("g@1");
        (await node.CommitAsync("g@1")).ShouldBeFalse("it was given back");
        (await node.GetUseAsync()).Held.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_held_is_not_given_twice_and_the_cluster_knows_of_it()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Node("n1").PrepareAsync(await BundlesAsync(app, "g@1", 0.6));

        var refused = await app.Node("n1").PrepareAsync(await BundlesAsync(app, "h@1", 0.5));
        refused.Prepared.ShouldBeFalse();
        refused.Reason.ShouldBe("accelerator 0 is not free any more");
        (await app.Node("n1").PrepareAsync(await BundlesAsync(app, "i@1", 0.4))).Prepared.ShouldBeTrue();
        (await app.Cluster.GetNodesAsync()).Single().Used["accelerator"].ShouldBe(1);
    }

    [Fact]
    public async Task What_was_prepared_and_not_committed_in_a_minute_is_dropped()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Node("n1").PrepareAsync(await BundlesAsync(app, "g@1"));

        await app.PassAsync(TimeSpan.FromSeconds(60), Report("n1"));
        (await app.Cluster.GetNodesAsync()).Single().Used.ShouldBeEmpty("the cluster knows by itself");
        (await app.Node("n1").CommitAsync("g@1")).ShouldBeFalse();
        (await app.Node("n1").PrepareAsync(await BundlesAsync(app, "h@1"))).Prepared.ShouldBeTrue();
    }

    [Fact]
    public async Task Another_process_of_the_node_holds_nothing_and_the_one_before_gets_nothing()
    {
        await using var app = await PlacementApp.StartAsync();
        var node = app.Node("n1");
        var old = await BundlesAsync(app, "g@1");
        await node.PrepareAsync(old);
        await node.CommitAsync("g@1");

        await app.Cluster.HeartbeatAsync(Report("n1", incarnation: "2"));
        (await app.Cluster.GetNodesAsync()).Single().Used.ShouldBeEmpty();
        (await node.PrepareAsync(await BundlesAsync(app, "h@1"))).Prepared.ShouldBeTrue();
        (await node.GetUseAsync()).Held.Select(held => held.Operation).ShouldBe(["h@1"]);
        (await node.PrepareAsync(old with { Operation = "i@1" })).Reason.ShouldBe("the node's process is another one by now");
    }

    [Fact]
    public async Task The_ledger_outlives_the_process()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Node("n1").PrepareAsync(await BundlesAsync(app, "g@1"));
        await app.Node("n1").CommitAsync("g@1");

        await app.RestartAsync();

        (await app.Node("n1").GetUseAsync()).Held.Single().ShouldSatisfyAllConditions(held => held.Operation.ShouldBe("g@1"), held => held.Expires.ShouldBeNull());
    }

    private static async Task<PrepareBundles> BundlesAsync(PlacementApp app, string operation, double fraction = 1)
    {
        if ((await app.Cluster.GetNodesAsync()) is [])
        {
            await app.Cluster.HeartbeatAsync(Report("n1"));
        }

        return new PrepareBundles(operation, (await app.Cluster.GetNodesAsync()).Single(), [Held(0, fraction) with { NodeId = "n1" }]);
    }
}
