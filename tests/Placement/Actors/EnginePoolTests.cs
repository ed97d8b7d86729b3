using Serverless.Placement.Cluster;
using Serverless.Placement.Pools;
using static Serverless.Placement.Tests.Actors.Work;
using static Serverless.Placement.Tests.Scheduling.Nodes;

namespace Serverless.Placement.Tests.Actors;

/// <summary>Pools over the real actors and a sidecar; workers and jobs are doubles.</summary>
public sealed class EnginePoolTests
{
    private static readonly NodeReport N1 = Report("n1"), N2 = Report("n2");

    [Fact]
    public async Task A_job_attaches_a_replica_is_placed_and_its_exchanges_get_the_shards()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(N1);
        var pool = app.Pool(Engine());

        await pool.AttachAsync(Job("j"));
        await pool.OfferAsync(Offer("j", 0, 0, 10));
        var replica = await StartedAsync(app);
        var first = await pool.ExchangeAsync(Exchange(replica, "n1", 100));

        first.Shards.Select(lease => lease.Ticket.Shard).ShouldBe(Enumerable.Range(0, 8), "eight at a time, as the job says");
        first.Shards.ShouldAllBe(lease => lease.JobId == "j" && lease.SpecUri == "spec-j" && lease.Group == 0);
        var second = await pool.ExchangeAsync(Exchange(replica, "n1", 100, first.Shards.Skip(5).Select(lease => lease.Running())));
        second.Shards.Select(lease => lease.Ticket.Shard).ShouldBe([8, 9]);
        var found = await pool.FindAsync(new OfferQuery("j", 0));
        found.Queued.ShouldBeEmpty();
        found.Leased.Select(lease => lease.Ticket.Shard).ShouldBe([5, 6, 7, 8, 9]);
        await Eventually.True(() => app.Heard.Capacity.Any(notice => notice is { JobId: "j", Available: true }), "the job was not told that there is a replica");
        (await app.Cluster.GetNodesAsync()).Single().Used["accelerator"].ShouldBe(1);
    }

    private static async Task<string> StartedAsync(PlacementApp app, string node = "n1", int number = 1)
    {
        await Eventually.True(() => app.Heard.Starts.Count(start => start.NodeId == node) >= number, $"no engine was started on {node}");
        return app.Heard.Starts.Last(start => start.NodeId == node).Start.ReplicaId;
    }
}
