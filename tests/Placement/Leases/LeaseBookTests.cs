using Serverless.Placement.Pools;
using Serverless.Placement.Pools.Leases;
using static Serverless.Placement.Tests.Actors.Work;

namespace Serverless.Placement.Tests.Leases;

public sealed class LeaseBookTests
{
    private static readonly string[] One = ["r1"], Two = ["r1", "r2"];

    private readonly LeaseBook _book = new();
    private readonly Dictionary<string, List<RunningShard>> _running = new() { ["r1"] = [], ["r2"] = [] };

    [Fact]
    public void Higher_priority_goes_first_and_among_equals_the_older_job()
    {
        Attach(Job("young", minute: 2), Job("old", minute: 1), Job("urgent", priority: 5, minute: 3));

        Lease("r1", 9).Select(lease => lease.JobId).ShouldBe([.. Enumerable.Repeat("urgent", 4), .. Enumerable.Repeat("old", 4), "young"]);
    }

    [Fact]
    public void Tenants_of_equal_priority_get_equal_shares_whatever_they_have_queued()
    {
        _book.Attach(Job("a1", tenant: "a", minute: 1, shards: 100));
        _book.Attach(Job("a2", tenant: "a", minute: 2, shards: 100));
        _book.Attach(Job("b", tenant: "b", minute: 3, shards: 100));
        _book.Offer(Offer("a1", 0, 0, 100));
        _book.Offer(Offer("a2", 0, 0, 100));
        _book.Offer(Offer("b", 0, 0, 10));

        Lease("r1", 12).CountBy(lease => lease.JobId).ToDictionary().ShouldBe(new Dictionary<string, int> { ["a1"] = 6, ["b"] = 6 }, ignoreOrder: true);
    }

    [Fact]
    public void Tenants_take_turns_when_only_one_slot_is_free_at_a_time()
    {
        _book.Attach(Job("a", tenant: "a", minute: 1));
        _book.Attach(Job("b", tenant: "b", minute: 2));
        _book.Offer(Offer("a", 0, 0, 100));
        _book.Offer(Offer("b", 0, 0, 100));

        string.Concat(Enumerable.Range(0, 8).Select(_ => { _running["r1"].Clear(); return Lease("r1", 1).Single().JobId; })).ShouldBe("abababab");
    }

    [Fact]
    public void A_job_has_no_more_shards_on_one_replica_than_it_asked_for()
    {
        _book.Attach(Job("j", shards: 3));
        _book.Offer(Offer("j", 0, 0, 100));

        Lease("r1", 10).Count.ShouldBe(3);
        Lease("r2", 10).Count.ShouldBe(3);
        _running["r1"].RemoveAt(0);
        Lease("r1", 10).Count.ShouldBe(1);
    }

    [Fact]
    public void What_a_replica_does_not_have_any_more_is_over_and_the_same_attempt_is_not_taken_again()
    {
        Attach(Job("j"));
        Lease("r1", 4);
        _running["r1"].Clear();
        Lease("r1", 0);

        _book.Offer(Offer("j", 0, 0, 4)).ShouldBeFalse();
        _book.Find("j")!.Tickets.ShouldBeEmpty();
        _book.Offer(Offer("j", 0, 2, 1, attempt: 2)).ShouldBeTrue();
        Lease("r1", 4).Single().Ticket.ShouldBe(new ShardTicket(2, 2));
    }

    [Fact]
    public void A_higher_attempt_replaces_a_lower_one_and_whoever_has_that_is_told_to_stop()
    {
        Attach(Job("j"));
        Lease("r1", 1);

        _book.Offer(Offer("j", 0, 0, 1, attempt: 2)).ShouldBeTrue();
        _book.Offer(Offer("j", 0, 0, 1, attempt: 1)).ShouldBeFalse();
        _book.Note("r1", _running["r1"], Noon).ShouldBe([new RunningShard("j", 0, 1)]);
        Lease("r2", 8).Select(lease => (lease.Ticket.Shard, lease.Ticket.Attempt)).ShouldContain((0, 2));
    }

    [Fact]
    public void Paused_jobs_get_nothing_until_they_are_resumed_and_what_runs_goes_on()
    {
        Attach(Job("j"));
        Lease("r1", 1);
        _book.Control(new JobControl("j", JobControlKind.Pause));

        Lease("r1", 5).ShouldBeEmpty();
        _book.Note("r1", _running["r1"], Noon).ShouldBeEmpty();
        _book.Control(new JobControl("j", JobControlKind.Resume));
        Lease("r1", 5).Count.ShouldBe(3);
    }

    [Fact]
    public void A_stopped_job_gets_nothing_and_what_runs_is_stopped_and_nothing_revives_it()
    {
        Attach(Job("j"));
        Lease("r1", 2);
        _book.Control(new JobControl("j", JobControlKind.Stop));
        _book.Control(new JobControl("j", JobControlKind.Resume));

        Lease("r2", 5).ShouldBeEmpty();
        _book.Note("r1", _running["r1"], Noon).Count.ShouldBe(2);
    }

    [Fact]
    public void What_runs_for_a_job_that_is_gone_is_stopped()
    {
        Attach(Job("j"));
        Lease("r1", 1);
        _book.Detach("j");

        _book.Note("r1", _running["r1"], Noon).ShouldBe([new RunningShard("j", 0, 1)]);
    }

    [Fact]
    public void An_attempt_does_not_start_before_its_time()
    {
        _book.Attach(Job("j"));
        _book.Offer(Offer("j", 0, 0, 1, notBefore: Noon.AddSeconds(10)));

        Lease("r1", 1).ShouldBeEmpty();
        _book.HasWork(Noon).ShouldBeFalse();
        _book.HasWork(Noon.AddSeconds(10)).ShouldBeTrue();
        _book.Lease("r1", [], 1, One, Noon.AddSeconds(10)).Count.ShouldBe(1);
    }

    [Fact]
    public void A_replica_that_lost_a_shard_gets_it_again_only_if_there_is_no_other()
    {
        _book.Attach(Job("j"));
        _book.Offer(new ShardOffer("j", 0, [new ShardTicket(0, 2, Avoid: ["r1"]), new ShardTicket(1, 1)]));

        _book.Lease("r1", [], 8, Two, Noon).Select(lease => lease.Ticket.Shard).ShouldBe([1]);
        _book.Lease("r1", [new RunningShard("j", 1, 1)], 8, One, Noon).Select(lease => lease.Ticket.Shard).ShouldBe([0]);
    }

    [Fact]
    public void A_probe_runs_alone_its_replica_is_emptied_for_it_and_the_others_go_on()
    {
        Attach(Job("j"));
        Lease("r2", 1);
        _book.Offer(new ShardOffer("j", 1, [new ShardTicket(50, 3, Probe: new RowRange(0, 8))]));
        Lease("r1", 8).Select(lease => lease.Ticket.Shard).ShouldBe([1, 2, 3]);
        _book.Offer(Offer("j", 0, 60, 3));

        Lease("r1", 8).ShouldBeEmpty("r1 is kept for the probe");
        Lease("r2", 8).Select(lease => lease.Ticket.Shard).ShouldBe([60, 61, 62]);
        _running["r1"].Clear();
        Lease("r1", 8).Single().Ticket.Probe.ShouldBe(new RowRange(0, 8));
        _book.Offer(Offer("j", 0, 70, 5));
        Lease("r1", 8).ShouldBeEmpty("the probe is alone");
        Lease("r2", 2).Count.ShouldBe(2);
        _running["r1"].Clear();
        Lease("r1", 8).Count.ShouldBe(3);
    }

    [Fact]
    public void What_a_lost_replica_had_is_over_and_named()
    {
        Attach(Job("j"));
        Lease("r1", 2);

        _book.Lose("r1").Select(lost => (lost.JobId, lost.Ticket.Value.Shard, lost.Ticket.Value.Attempt)).ShouldBe([("j", 0, 1), ("j", 1, 1)], ignoreOrder: true);
        _book.Lose("r1").ShouldBeEmpty();
        _book.Find("j")!.Leased.ShouldBe(0);
    }

    [Fact]
    public void What_comes_out_of_the_store_waits_for_its_replica_to_claim_it()
    {
        _book.Attach(Job("j"));
        _book.Offer(Offer("j", 0, 0, 3), restored: true);
        _running["r1"].Add(new RunningShard("j", 1, 1));

        Lease("r2", 8).ShouldBeEmpty();
        Lease("r1", 0);
        _book.QueueUnclaimed();
        Lease("r2", 8).Select(lease => lease.Ticket.Shard).ShouldBe([0, 2]);
    }

    [Fact]
    public void Shards_of_a_job_that_is_not_attached_are_refused_by_name()
    {
        Should.Throw<InvalidOperationException>(() => _book.Offer(Offer("nobody", 0, 0, 1))).Message.ShouldContain("nobody");
    }

    private void Attach(params JobAttachment[] jobs)
    {
        foreach (var job in jobs)
        {
            _book.Attach(job);
            _book.Offer(Offer(job.JobId, 0, 0, 4));
        }
    }

    private IReadOnlyList<ShardLease> Lease(string replica, int capacity)
    {
        _book.Note(replica, _running[replica], Noon);
        var leases = _book.Lease(replica, [.. _running[replica]], capacity, Two, Noon);
        _running[replica].AddRange(leases.Select(lease => lease.Running()));
        return leases;
    }
}
