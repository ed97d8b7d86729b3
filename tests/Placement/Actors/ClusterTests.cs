using Serverless.Placement.Cluster;
using static Serverless.Placement.Tests.Scheduling.Nodes;

namespace Serverless.Placement.Tests.Actors;

public sealed class ClusterTests
{
    private static readonly NodeReport N1 = Report("n1"), N2 = Report("n2");

    [Fact]
    public async Task A_node_lives_by_its_heartbeats_is_lost_after_30_seconds_and_forgotten_after_an_hour()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(N1);

        await app.PassAsync(TimeSpan.FromSeconds(29));
        (await app.Cluster.GetNodesAsync()).Single().Alive.ShouldBeTrue();
        await app.PassAsync(TimeSpan.FromSeconds(1));
        (await app.Cluster.GetNodesAsync()).Single().Alive.ShouldBeFalse();
        await app.Cluster.HeartbeatAsync(N1);
        (await app.Cluster.GetNodesAsync()).Single().Alive.ShouldBeTrue("it came back");
        app.Time.Advance(TimeSpan.FromMinutes(40));
        (await app.Cluster.GetNodesAsync()).Single().Alive.ShouldBeFalse();
        app.Time.Advance(TimeSpan.FromMinutes(40));
        (await app.Cluster.GetNodesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Heartbeats_write_nothing_unless_something_changed()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(N1);
        var writes = app.Writes;

        await app.PassAsync(TimeSpan.FromSeconds(10), N1);
        app.Writes.ShouldBe(writes);
        await app.Cluster.HeartbeatAsync(N1 with { Draining = true });
        app.Writes.ShouldBe(writes + 1);
    }

    [Fact]
    public async Task Another_process_of_a_node_is_a_later_generation_and_the_one_before_is_told_to_go()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(N1);
        var first = (await app.Cluster.GetNodesAsync()).Single().Generation;

        (await app.Cluster.HeartbeatAsync(N1 with { Incarnation = "2" })).Drain.ShouldBeFalse();
        (await app.Cluster.HeartbeatAsync(N1)).Drain.ShouldBeTrue();
        var node = (await app.Cluster.GetNodesAsync()).Single();
        node.Generation.ShouldBeGreaterThan(first);
        node.Report.Incarnation.ShouldBe("2");
    }

    [Fact]
    public async Task A_node_that_leaves_is_lost_at_once_but_not_by_the_word_of_its_predecessor()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(N1);
        await app.Cluster.LeaveAsync(new NodeLeave("n1", "0"));
        (await app.Cluster.GetNodesAsync()).Single().Alive.ShouldBeTrue();
        await app.Cluster.LeaveAsync(new NodeLeave("n1", "1"));
        (await app.Cluster.GetNodesAsync()).Single().Alive.ShouldBeFalse();
    }

    [Fact]
    public async Task A_node_that_is_asked_to_drain_hears_it_with_its_next_heartbeat_until_it_is_another_process()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(N1);
        await app.Cluster.RequestDrainAsync("n1");

        (await app.Cluster.GetNodesAsync()).Single().Report.Draining.ShouldBeTrue();
        (await app.Cluster.HeartbeatAsync(N1)).Drain.ShouldBeTrue();
        (await app.Cluster.HeartbeatAsync(N1 with { Incarnation = "2" })).Drain.ShouldBeFalse();
        var error = await Should.ThrowAsync<Exception>(() => app.Cluster.RequestDrainAsync("n9"));
        (error.InnerException ?? error).Message.ShouldContain("There is no node \"n9\". Nodes that are there: n1.");
    }

    [Fact]
    public async Task A_cluster_that_comes_back_knows_its_nodes_and_gives_them_a_lease_to_come_back_with()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(N1);
        await app.Cluster.HeartbeatAsync(N2);
        var before = await app.Cluster.GetNodesAsync();
        app.Time.Advance(TimeSpan.FromMinutes(5));

        await app.RestartAsync();
        var after = await app.Cluster.GetNodesAsync();
        after.Select(node => (node.Report.NodeId, node.Generation, node.Alive)).ShouldBe(before.Select(node => (node.Report.NodeId, node.Generation, true)));
        await app.PassAsync(TimeSpan.FromSeconds(31), N1);
        (await app.Cluster.GetNodesAsync()).Select(node => node.Alive).ShouldBe([true, false], "only the node that came back lives");
    }
}
