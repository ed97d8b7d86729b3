using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Placement.Cluster;
using Serverless.Placement.Pools;
using Serverless.Placement.Scheduling;
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

    [Fact]
    public async Task Exchanges_write_nothing()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await pool.OfferAsync(Offer("j", 0, 0, 1000));
        var writes = app.Writes;

        ExchangeAnswer answer = new([], [], Retire: false);
        for (var i = 0; i < 20; i++)
        {
            answer = await pool.ExchangeAsync(Exchange(replica, "n1", 8, answer.Shards.Take(2).Select(lease => lease.Running())));
        }

        answer.Shards.ShouldNotBeEmpty();
        app.Writes.ShouldBe(writes);
    }

    [Fact]
    public async Task Repeated_calls_change_nothing()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await pool.OfferAsync(Offer("j", 0, 0, 4));
        await pool.ExchangeAsync(Exchange(replica, "n1", 2));

        await pool.AttachAsync(Job("j"));
        await pool.OfferAsync(Offer("j", 0, 0, 4));
        await pool.ControlAsync(new JobControl("j", JobControlKind.Pause));
        await pool.ControlAsync(new JobControl("j", JobControlKind.Pause));
        await pool.ControlAsync(new JobControl("j", JobControlKind.Resume));

        var status = await pool.GetStatusAsync();
        status.Replicas.Single().ReplicaId.ShouldBe(replica);
        status.Jobs.Single().ShouldBe(new PoolJobStatus("j", "t", 0, 2, 2, false));
        await pool.DetachAsync("j");
        await pool.DetachAsync("j");
        (await pool.GetStatusAsync()).Jobs.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pool_without_room_says_what_is_missing_and_starts_when_a_node_comes()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Pool(Engine()).AttachAsync(Job("j"));

        await Eventually.True(() => app.Heard.Capacity.Any(notice => notice is { Available: false, Infeasible: false, Reason: "no node is there: start a worker" }), "the job was not told what it waits for");
        (await app.Pool(Engine()).GetStatusAsync()).WaitingFor.ShouldBe("no node is there: start a worker");
        await app.PassUntilAsync(() => !app.Heard.Starts.IsEmpty, "no engine was started on the node that came", N1);
    }

    [Fact]
    public async Task A_pool_that_no_declared_node_could_hold_is_infeasible()
    {
        await using var app = await PlacementApp.StartAsync(options => options.NodePools.Add(new NodePool { Name = "small", Accelerators = 1 }));
        await app.Cluster.HeartbeatAsync(N1);
        var engine = Engine(accelerator: 2);

        await app.Pool(engine).AttachAsync(Job("j", engine));

        await Eventually.True(() => app.Heard.Capacity.Any(notice => notice is { Infeasible: true } && notice.Reason!.Contains("a bundle needs 2", StringComparison.Ordinal)), "the job was not told that it is infeasible");
    }

    [Fact]
    public async Task Shards_of_a_replica_that_falls_silent_are_reported_lost_and_another_replica_takes_its_place()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await app.Cluster.HeartbeatAsync(N2);
        await pool.OfferAsync(Offer("j", 3, 0, 4));
        (await pool.ExchangeAsync(Exchange(replica, "n1", 2))).Shards.Count.ShouldBe(2);

        await app.PassUntilAsync(() => !app.Heard.Reports.IsEmpty, "nobody was told of the loss", N2);
        var report = app.Heard.Reports.Single();
        (report.JobId, report.ReplicaId).ShouldBe(("j", replica));
        report.Ended.Select(ended => (ended.Group, ended.Shard, ended.Attempt, ended.Kind, ended.ErrorCode)).ShouldBe(
            [(3, 0, 1, ShardOutcomeKind.WorkerLost, ErrorCodes.WorkerLost), (3, 1, 1, ShardOutcomeKind.WorkerLost, ErrorCodes.WorkerLost)]);
        await app.PassUntilAsync(() => app.Heard.Starts.Any(start => start.NodeId == "n2"), "no engine was started on the other node", N2);
        var next = app.Heard.Starts.Last().Start.ReplicaId;
        next.ShouldNotBe(replica);

        // The workflow hands the lost ones out again, with the next attempt; the old replica is told to go, should it come back.
        await pool.OfferAsync(Offer("j", 3, 0, 2, attempt: 2));
        (await pool.ExchangeAsync(Exchange(next, "n2", 8))).Shards.Select(lease => (lease.Ticket.Shard, lease.Ticket.Attempt)).ShouldBe([(2, 1), (3, 1), (0, 2), (1, 2)]);
        var zombie = await pool.ExchangeAsync(Exchange(replica, "n1", 8, new RunningShard("j", 0, 1)));
        zombie.Retire.ShouldBeTrue();
        zombie.Stop.ShouldBe([new RunningShard("j", 0, 1)]);
        (await app.Cluster.GetNodesAsync()).Select(node => node.Used.GetValueOrDefault("accelerator")).ShouldBe([0, 1]);
    }

    [Fact]
    public async Task Another_process_of_a_replica_has_none_of_its_shards()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await pool.OfferAsync(Offer("j", 0, 0, 1));
        await pool.ExchangeAsync(Exchange(replica, "n1", 2));

        await pool.ExchangeAsync(Exchange(replica, "n1", 2) with { Incarnation = "p2" });

        await Eventually.True(() => app.Heard.Reports.Any(report => report.Ended.Single() is { Shard: 0, Kind: ShardOutcomeKind.WorkerLost }), "nobody was told of the loss");
    }

    [Fact]
    public async Task A_job_that_does_not_listen_is_told_again()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await pool.OfferAsync(Offer("j", 0, 0, 1));
        await pool.ExchangeAsync(Exchange(replica, "n1", 2));
        app.Heard.JobsAreDeaf = true;
        await pool.ExchangeAsync(Exchange(replica, "n1", 2) with { Incarnation = "p2" });
        await app.PassAsync(TimeSpan.FromSeconds(15), N1);
        app.Heard.Reports.ShouldBeEmpty();

        app.Heard.JobsAreDeaf = false;

        await app.PassUntilAsync(() => app.Heard.Reports.Any(report => report.Ended.Single().Shard == 0), "the job was not told again", N1);
    }

    [Fact]
    public async Task An_engine_that_can_never_run_fails_the_jobs_with_its_code_until_another_job_tries()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app, ReplicaState.Starting);

        var answer = await pool.ExchangeAsync(Exchange(replica, "n1", 0) with { State = ReplicaState.Failed, Error = new ReplicaError(ErrorCodes.Model, "no such file") });

        answer.Retire.ShouldBeTrue();
        await Eventually.True(() => app.Heard.Capacity.Any(notice => notice is { JobId: "j", Available: false, ErrorCode: ErrorCodes.Model, ErrorMessage: "no such file" }), "the job was not told why it fails");
        await app.PassAsync(TimeSpan.FromSeconds(30), N1);
        app.Heard.Starts.Count.ShouldBe(1, "it is not tried again for the same jobs");
        await pool.AttachAsync(Job("k"));
        await StartedAsync(app, number: 2);
    }

    [Theory]
    [InlineData(ErrorCodes.EngineFailed)]
    [InlineData(ErrorCodes.Device)]
    public async Task An_engine_that_failed_by_chance_or_for_its_nodes_device_is_tried_elsewhere_after_a_pause(string code)
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app, ReplicaState.Starting);
        await app.Cluster.HeartbeatAsync(N2);

        await pool.ExchangeAsync(Exchange(replica, "n1", 0) with { State = ReplicaState.Failed, Error = new ReplicaError(code, "lost its context") });

        app.Heard.Starts.Count.ShouldBe(1, "there is a pause");
        await app.PassUntilAsync(() => app.Heard.Starts.Count == 2, "the engine was not tried again", N1, N2);
        app.Heard.Starts.Last().NodeId.ShouldBe("n2");
        await pool.ExchangeAsync(Exchange(app.Heard.Starts.Last().Start.ReplicaId, "n2", 8));
        app.Heard.Capacity.ShouldNotContain(notice => notice.ErrorCode != null);
    }

    [Fact]
    public async Task Where_the_only_device_does_not_work_jobs_fail_when_it_was_tried_twice()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app, ReplicaState.Starting);
        var failed = Exchange(replica, "n1", 0) with { State = ReplicaState.Failed, Error = new ReplicaError(ErrorCodes.Device, "NVRTC is missing") };

        await pool.ExchangeAsync(failed);
        await app.PassUntilAsync(() => app.Heard.Starts.Count == 2, "the engine was not tried again", N1);
        app.Heard.Capacity.ShouldNotContain(notice => notice.ErrorCode != null);
        await pool.ExchangeAsync(failed with { ReplicaId = app.Heard.Starts.Last().Start.ReplicaId });

        await Eventually.True(() => app.Heard.Capacity.Any(notice => notice is { JobId: "j", ErrorCode: ErrorCodes.Device, ErrorMessage: "NVRTC is missing" }), "the job was not told why it fails");
        await app.PassAsync(TimeSpan.FromSeconds(30), N1);
        app.Heard.Starts.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(PlacementStrategy.Pack, "n1 n1")]
    [InlineData(PlacementStrategy.Spread, "n1 n2")]
    public async Task A_pool_grows_to_what_its_jobs_can_use_where_its_strategy_says(PlacementStrategy strategy, string nodes)
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(Report("n1", 4));
        await app.Cluster.HeartbeatAsync(Report("n2", 4));
        var engine = Engine(strategy);
        var pool = app.Pool(engine);
        await pool.AttachAsync(Job("j", engine, max: 3));
        (await pool.GetStatusAsync()).Replicas.Count.ShouldBe(1, "the first loads while the job has nothing to offer yet");

        await pool.OfferAsync(Offer("j", 0, 0, 9));

        string.Join(' ', (await pool.GetStatusAsync()).Replicas.Select(replica => replica.NodeId)).ShouldBe(nodes, "nine shards at eight a replica are work for two");
        await pool.OfferAsync(Offer("j", 1, 100, 100));
        (await pool.GetStatusAsync()).Replicas.Count.ShouldBe(3, "no more than the job asks for");
    }

    [Fact]
    public async Task Halves_of_an_accelerator_hold_two_replicas()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(N1);
        var engine = Engine(accelerator: 0.5);
        await app.Pool(engine).AttachAsync(Job("j", engine, min: 3, max: 3));

        var status = await app.Pool(engine).GetStatusAsync();
        status.Replicas.Select(replica => replica.NodeId).ShouldBe(["n1", "n1", null]);
        await Eventually.True(() => app.Heard.Starts.Count == 2, "two engines were to be started");
        app.Heard.Starts.ShouldAllBe(start => start.Start.Accelerators.Single() == 0);
    }

    [Fact]
    public async Task A_pool_that_nobody_needs_gives_its_replicas_back_after_a_while()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await pool.DetachAsync("j");

        await LiveOnAsync(app, pool, replica, TimeSpan.FromMinutes(4));
        app.Heard.Stops.ShouldBeEmpty("it is kept for a while");
        (await pool.ExchangeAsync(Exchange(replica, "n1", 8))).Retire.ShouldBeFalse();
        await LiveOnAsync(app, pool, replica, TimeSpan.FromMinutes(2));
        await Eventually.True(() => app.Heard.Stops.Contains(replica), "the worker was not told");
        (await pool.ExchangeAsync(Exchange(replica, "n1", 8))).Retire.ShouldBeTrue();
        (await app.Cluster.GetNodesAsync()).Single().Used.ShouldBeEmpty();
        (await pool.GetStatusAsync()).Replicas.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_idle_replica_makes_room_at_once_for_a_pool_that_waits()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await pool.DetachAsync("j");
        var other = Engine(PlacementStrategy.Spread);
        await app.Pool(other).AttachAsync(Job("k", other));
        (await app.Pool(other).GetStatusAsync()).Replicas.Single().NodeId.ShouldBeNull();

        await app.PassUntilAsync(() => app.Heard.Stops.Contains(replica), "the idle replica keeps its node to itself", N1);
        (await pool.ExchangeAsync(Exchange(replica, "n1", 8) with { State = ReplicaState.Draining })).Retire.ShouldBeTrue();
        await app.PassUntilAsync(async () => (await app.Pool(other).GetStatusAsync()).Replicas.Single().NodeId == "n1", "the room was not taken", N1);
        (app.Time.GetUtcNow() - Work.Noon).ShouldBeLessThan(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_replica_whose_worker_drains_gets_nothing_more_and_is_replaced_elsewhere()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await pool.OfferAsync(Offer("j", 0, 0, 4));
        var leases = (await pool.ExchangeAsync(Exchange(replica, "n1", 2))).Shards;
        await app.Cluster.HeartbeatAsync(N1 with { Draining = true });
        await app.Cluster.HeartbeatAsync(N2);

        var answer = await pool.ExchangeAsync(Exchange(replica, "n1", 2, leases.Select(lease => lease.Running())) with { State = ReplicaState.Draining });
        (answer.Shards.Count, answer.Retire).ShouldBe((0, false));
        await StartedAsync(app, "n2");
        (await pool.ExchangeAsync(Exchange(replica, "n1", 2) with { State = ReplicaState.Draining })).Retire.ShouldBeTrue();
        (await app.Cluster.GetNodesAsync()).Select(node => node.Used.GetValueOrDefault("accelerator")).ShouldBe([0, 1]);
        app.Heard.Reports.ShouldBeEmpty("nothing was lost");
    }

    [Fact]
    public async Task An_idle_replica_is_woken_when_there_is_work_for_it()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        app.Heard.Wakes.ShouldBeEmpty();

        await pool.OfferAsync(Offer("j", 0, 0, 4));

        await Eventually.True(() => app.Heard.Wakes.Contains(replica), "the replica was not woken");
    }

    [Fact]
    public async Task A_pool_that_comes_back_has_its_offers_and_learns_from_its_replicas_what_runs()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await pool.OfferAsync(Offer("j", 0, 0, 4));
        await pool.OfferAsync(Offer("j", 1, 100, 2));
        var leases = (await pool.ExchangeAsync(Exchange(replica, "n1", 2))).Shards;
        await pool.ControlAsync(new JobControl("j", JobControlKind.Pause));

        await app.RestartAsync();
        pool = app.Pool(Engine());

        (await pool.FindAsync(new OfferQuery("j", 0))).Queued.Select(ticket => ticket.Shard).ShouldBe([0, 1, 2, 3]);
        (await pool.FindAsync(new OfferQuery("j", 0))).Reason.ShouldBe("the job is paused");
        (await pool.ExchangeAsync(Exchange(replica, "n1", 0, leases[0].Running()))).Shards.ShouldBeEmpty();
        await pool.ControlAsync(new JobControl("j", JobControlKind.Resume));
        (await pool.FindAsync(new OfferQuery("j", 0))).Leased.Single().ShouldSatisfyAllConditions(
            lease => lease.ReplicaId.ShouldBe(replica), lease => lease.Ticket.Shard.ShouldBe(leases[0].Ticket.Shard));
        var next = await pool.ExchangeAsync(Exchange(replica, "n1", 8, leases[0].Running()));
        next.Shards.Select(lease => lease.Ticket.Shard).ShouldBe([1, 2, 3, 100, 101], "what nobody claims is handed out again");
        app.Heard.Starts.Count.ShouldBe(1, "the replica is known");
    }

    [Fact]
    public async Task What_no_replica_claims_within_a_lease_time_is_handed_out_again()
    {
        await using var app = await PlacementApp.StartAsync();
        var (pool, replica) = await ReadyAsync(app);
        await app.Cluster.HeartbeatAsync(N2);
        await pool.OfferAsync(Offer("j", 0, 0, 4));
        await pool.ExchangeAsync(Exchange(replica, "n1", 4));

        await app.RestartAsync();
        pool = app.Pool(Engine());
        await pool.GetStatusAsync();
        await app.PassUntilAsync(() => app.Heard.Starts.Any(start => start.NodeId == "n2"), "the silent replica was not replaced", N2);

        var next = await pool.ExchangeAsync(Exchange(await StartedAsync(app, "n2"), "n2", 8));
        next.Shards.Select(lease => lease.Ticket.Shard).ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_replica_that_never_comes_is_tried_elsewhere()
    {
        await using var app = await PlacementApp.StartAsync();
        await app.Cluster.HeartbeatAsync(N1);
        await app.Pool(Engine()).AttachAsync(Job("j"));
        await StartedAsync(app);
        await app.Cluster.HeartbeatAsync(N2);

        await app.PassUntilAsync(() => app.Heard.Starts.Any(start => start.NodeId == "n2"), "the engine was not tried on the other node", N1, N2);

        app.Heard.Starts.Count(start => start.NodeId == "n1").ShouldBeGreaterThan(1, "the order was repeated first");
    }

    [Fact]
    public async Task A_job_that_asks_for_nothing_possible_is_refused()
    {
        await using var app = await PlacementApp.StartAsync();

        var error = await Should.ThrowAsync<Exception>(() => app.Pool(Engine()).AttachAsync(Job("j", shards: 0)));

        (error.InnerException ?? error).Message.ShouldContain("with 0 shards each");
    }

    private static async Task<(IEnginePoolActor Pool, string Replica)> ReadyAsync(PlacementApp app, ReplicaState state = ReplicaState.Ready)
    {
        await app.Cluster.HeartbeatAsync(N1);
        var pool = app.Pool(Engine());
        await pool.AttachAsync(Job("j"));
        var replica = await StartedAsync(app);
        await pool.ExchangeAsync(Exchange(replica, "n1", 8) with { State = state });
        return (pool, replica);
    }

    private static async Task LiveOnAsync(PlacementApp app, IEnginePoolActor pool, string replica, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(10))
        {
            await app.PassAsync(TimeSpan.FromSeconds(10), N1);
            await pool.ExchangeAsync(Exchange(replica, "n1", 8));
        }
    }

    private static async Task<string> StartedAsync(PlacementApp app, string node = "n1", int number = 1)
    {
        await Eventually.True(() => app.Heard.Starts.Count(start => start.NodeId == node) >= number, $"no engine was started on {node}");
        return app.Heard.Starts.Last(start => start.NodeId == node).Start.ReplicaId;
    }
}
