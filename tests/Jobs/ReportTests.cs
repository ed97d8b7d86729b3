using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using Serverless.Jobs.Actors;
using Serverless.Placement.Pools;

namespace Serverless.Jobs.Tests;

public sealed class ReportTests
{
    [Fact]
    public void A_set_of_shards_knows_what_was_added_as_a_set_does() =>
        Prop.ForAll(Gen.Choose(0, 5000).ListOf().ToArbitrary(), shards =>
        {
            var (set, model) = (new ShardSet([]), new HashSet<int>());
            return shards.All(shard => set.Add(shard) == model.Add(shard)) && model.All(shard => !new ShardSet(set.Bits).Add(shard));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_hundred_thousand_shards_are_few_bytes()
    {
        var set = new ShardSet([]);
        for (var shard = 0; shard < 100_000; shard++)
        {
            set.Add(shard).ShouldBeTrue();
        }

        set.Bits.Length.ShouldBeLessThan(25_000);
    }

    [Fact]
    public void The_rate_is_that_of_ended_and_running_shards_over_the_window()
    {
        var time = new FakeTimeProvider();
        var window = new ReportWindow(time);
        window.Add(Report("a", new ShardProgress(0, 1, 10, 0, 0, 100)), new JobCounts());
        window.Rate.ShouldBe((0, 0), "one report is no rate");
        time.Advance(TimeSpan.FromSeconds(10));
        window.Add(Report("a", new ShardProgress(1, 1, 5, 0, 0, 50)), new JobCounts(1, 25, 0, 0, 250));
        window.Rate.ShouldBe((2, 20));
        window.Running.ShouldBe(new JobCounts(1, 5, 0, 0, 50));
    }

    [Fact]
    public void A_replica_that_is_silent_runs_nothing()
    {
        var time = new FakeTimeProvider();
        var window = new ReportWindow(time);
        window.Add(Report("a", new ShardProgress(0, 1, 10, 0, 0, 100)), new JobCounts());
        time.Advance(TimeSpan.FromSeconds(31));
        window.Add(Report("b", new ShardProgress(1, 1, 1, 0, 0, 1)), new JobCounts());
        window.Running.Shards.ShouldBe(1);
    }

    private static WorkerReport Report(string replica, params ShardProgress[] running) => new("t:j", replica, [], running);
}
