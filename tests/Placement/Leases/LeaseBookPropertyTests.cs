using FsCheck;
using FsCheck.Fluent;
using Serverless.Placement.Pools;
using Serverless.Placement.Pools.Leases;
using static Serverless.Placement.Tests.Actors.Work;

namespace Serverless.Placement.Tests.Leases;

/// <summary>Pools whose jobs, workers and crashes come as they like.</summary>
public sealed class LeaseBookPropertyTests
{
    [Fact]
    public void No_attempt_is_leased_twice_limits_hold_and_stopped_jobs_get_nothing() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => new World(new Random(seed)).Run()).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_tenant_is_served_within_as_many_leases_as_there_are_tenants() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var tenants = random.Next(2, 6);
            var book = new LeaseBook();
            foreach (var tenant in Enumerable.Range(0, tenants))
            {
                foreach (var job in Enumerable.Range(0, random.Next(1, 4)))
                {
                    book.Attach(Job($"j{tenant}-{job}", tenant: $"t{tenant}", minute: random.Next(100), shards: 1000));
                    book.Offer(Offer($"j{tenant}-{job}", 0, 0, 200));
                }
            }

            var running = new List<RunningShard>();
            var served = new List<string>();
            for (var step = 0; step < 50; step++)
            {
                running.RemoveAll(_ => random.Next(2) == 0);
                book.Note("r", running, Noon);
                var leases = book.Lease("r", [.. running], random.Next(1, 4), ["r"], Noon);
                running.AddRange(leases.Select(lease => lease.Running()));
                served.AddRange(leases.Select(lease => lease.JobId.Split('-')[0]));
            }

            // A tenant is passed over only while it has as much in work as whoever is served, so that nobody gets far ahead.
            var counts = book.Jobs.GroupBy(job => job.Attachment.Tenant).Select(group => group.Sum(job => job.Leased)).ToArray();
            served.Distinct().Count().ShouldBe(tenants, $"{tenants} tenants, seed {seed}");
            foreach (var tenant in served.Distinct())
            {
                var gaps = served.Select((who, at) => (who, at)).Where(entry => entry.who == tenant).Select(entry => entry.at).ToArray();
                gaps.Zip(gaps.Skip(1), (a, b) => b - a).Append(served.Count - gaps[^1]).Max().ShouldBeLessThan(served.Count / 2, $"tenant {tenant} starved, seed {seed}");
            }
        }).QuickCheckThrowOnFailure();

    private sealed class World(Random random)
    {
        private readonly LeaseBook _book = new();
        private readonly Dictionary<string, List<RunningShard>> _replicas = new() { ["r0"] = [], ["r1"] = [], ["r2"] = [] };
        private readonly HashSet<string> _stopped = [], _paused = [], _jobs = [];
        private readonly HashSet<(string, int, int)> _handedOut = [];
        private readonly Dictionary<(string Job, int Shard), int> _attempts = [];

        public void Run()
        {
            for (var step = 0; step < 120; step++)
            {
                Step(random.Next(10));
            }
        }

        private void Step(int what)
        {
            var job = $"j{random.Next(4)}";
            var replica = $"r{random.Next(3)}";
            switch (what)
            {
                case 0:
                    _book.Attach(Job(job, tenant: $"t{random.Next(2)}", priority: random.Next(2), shards: 3));
                    _jobs.Add(job);
                    break;
                case 1 or 2 when _jobs.Contains(job):
                    var shard = random.Next(10);
                    var attempt = Math.Max(1, _attempts.GetValueOrDefault((job, shard)) + random.Next(-1, 2));
                    _attempts[(job, shard)] = Math.Max(attempt, _attempts.GetValueOrDefault((job, shard)));
                    _book.Offer(new ShardOffer(job, 0, [new ShardTicket(shard, attempt, random.Next(8) == 0 ? new RowRange(0, 1) : null, random.Next(3) == 0 ? [replica] : null)]));
                    break;
                case 3 when _jobs.Contains(job):
                    var kind = (JobControlKind)random.Next(random.Next(4) == 0 ? 3 : 2);
                    _book.Control(new JobControl(job, kind));
                    _ = kind switch { JobControlKind.Stop => _stopped.Add(job), JobControlKind.Pause => _paused.Add(job), _ => _paused.Remove(job) };
                    break;
                case 4:
                    foreach (var (jobId, ticket) in _book.Lose(replica))
                    {
                        _replicas[replica].ShouldContain(new RunningShard(jobId, ticket.Value.Shard, ticket.Value.Attempt), "only what it had is lost");
                    }

                    _replicas[replica].Clear();
                    break;
                default:
                    Exchange(replica);
                    break;
            }
        }

        private void Exchange(string replica)
        {
            var running = _replicas[replica];
            running.RemoveAll(_ => random.Next(3) == 0);
            foreach (var stop in _book.Note(replica, running, Noon))
            {
                (_stopped.Contains(stop.JobId) || _attempts[(stop.JobId, stop.Shard)] > stop.Attempt).ShouldBeTrue($"{stop} is stopped without a reason");
                running.Remove(stop);
            }

            // What the replica was told to stop is gone when it comes next; the book may not wait for that.
            _book.Note(replica, running, Noon);
            var alone = running.Any(shard => _book.Find(shard.JobId)?.Find(shard.Shard)?.Value.Probe is not null);
            var capacity = random.Next(5);
            var leases = _book.Lease(replica, [.. running], capacity, _replicas.Keys, Noon);
            leases.Count.ShouldBeLessThanOrEqualTo(alone ? 0 : capacity);
            foreach (var lease in leases)
            {
                _stopped.ShouldNotContain(lease.JobId, "a stopped job got a shard");
                _paused.ShouldNotContain(lease.JobId, "a paused job got a shard");
                _handedOut.Add((lease.JobId, lease.Ticket.Shard, lease.Ticket.Attempt)).ShouldBeTrue($"{lease.JobId} {lease.Ticket} was handed out twice");
                (lease.Ticket.Avoid ?? []).ShouldNotContain(replica, "there were other replicas");
                running.Add(lease.Running());
            }

            if (leases.Any(lease => lease.Ticket.Probe is not null))
            {
                running.Count.ShouldBe(1, "a probe runs alone");
            }

            running.CountBy(shard => shard.JobId).ShouldAllBe(count => count.Value <= 3, "a job has more shards on a replica than it asked for");
        }
    }
}
