using Dapr.Sidecar.PubSub;
using Dapr.Sidecar.Store;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Serverless.Sidecar.Tests.PubSub;

public sealed class SqlitePubSubTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task What_nobody_accepts_and_nobody_wants_dead_goes_to_the_quarantine()
    {
        await using var store = SqliteStore.Open(new StoreOptions());
        await using var bus = Create(store, new PubSubSettings { MaxAttempts = 1 });
        await bus.KeepSubscriptionsAsync("app", ["t"]);
        await bus.PublishAsync("t", [Message("poison")]);
        await using var subscription = bus.Subscribe(new Subscriber("app", "t", "nobody reads this", (_, _) => Task.FromResult(DeliveryResult.Retry)));

        await UntilAsync(store, "SELECT COUNT(*) FROM quarantine", 1);
        (await CountAsync(store, "SELECT COUNT(*) FROM pubsub_deliveries")).ShouldBe(0);
        (await CountAsync(store, "SELECT COUNT(*) FROM pubsub_messages")).ShouldBe(0);
    }

    [Fact]
    public async Task A_damaged_message_is_set_aside_and_not_delivered()
    {
        await using var store = SqliteStore.Open(new StoreOptions());
        await using var bus = Create(store, new PubSubSettings());
        await bus.KeepSubscriptionsAsync("app", ["t"]);
        await bus.PublishAsync("t", [Message("damaged")]);
        await store.WriteAsync(connection => connection.Execute("UPDATE pubsub_messages SET payload = ?1", new byte[] { 0 }));
        var delivered = 0;
        await using var subscription = bus.Subscribe(new Subscriber("app", "t", null, (_, _) =>
        {
            Interlocked.Increment(ref delivered);
            return Task.FromResult(DeliveryResult.Success);
        }));

        await UntilAsync(store, "SELECT COUNT(*) FROM quarantine", 1);
        delivered.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_runs_out_and_one_of_a_topic_that_is_wanted_no_more_goes()
    {
        await using var store = SqliteStore.Open(new StoreOptions());
        await using var bus = Create(store, new PubSubSettings());
        await bus.KeepSubscriptionsAsync("app", ["t", "u"]);
        await bus.PublishAsync("t", [new PubSubMessage([1], "x", TimeSpan.FromSeconds(5))]);
        await bus.PublishAsync("u", [Message("u")]);

        _time.Advance(TimeSpan.FromSeconds(6));
        await bus.KeepSubscriptionsAsync("app", ["t"]);

        (await CountAsync(store, "SELECT COUNT(*) FROM pubsub_messages")).ShouldBe(0);
        (await CountAsync(store, "SELECT COUNT(*) FROM pubsub_deliveries")).ShouldBe(0);
    }

    [Fact]
    public async Task No_more_deliveries_are_under_way_than_allowed()
    {
        await using var store = SqliteStore.Open(new StoreOptions());
        await using var bus = Create(store, new PubSubSettings { MaxInFlight = 2 });
        await bus.KeepSubscriptionsAsync("app", ["t"]);
        await bus.PublishAsync("t", [.. Enumerable.Range(0, 20).Select(i => Message($"{i}"))]);
        int current = 0, most = 0;
        using var all = new CountdownEvent(20);
        await using var subscription = bus.Subscribe(new Subscriber("app", "t", null, async (_, _) =>
        {
            var now = Interlocked.Increment(ref current);
            most = Math.Max(most, now);
            await Task.Yield();
            Interlocked.Decrement(ref current);
            all.Signal();
            return DeliveryResult.Success;
        }));

        all.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue($"{all.CurrentCount} of 20 deliveries did not happen");
        most.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public void Each_message_is_accepted_once_by_each_consumer_whatever_they_answer_before() =>
        Prop.ForAll(Gen.Choose(0, 2).ListOf().Where(list => list.Count is > 0 and < 12).ToArbitrary(), refusals =>
        {
            AllArriveAsync([.. refusals]).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    private static async Task AllArriveAsync(IReadOnlyList<int> refusals)
    {
        await using var store = SqliteStore.Open(new StoreOptions());
        await using var bus = new SqlitePubSub("bus", store, ownsStore: false, new PubSubSettings { MaxBackoff = TimeSpan.FromMilliseconds(1) }, TimeProvider.System, NullLogger<SqlitePubSub>.Instance);
        using var all = new CountdownEvent(refusals.Count * 2);
        var accepted = new System.Collections.Concurrent.ConcurrentBag<(string, byte)>();
        var subscriptions = new List<IAsyncDisposable>();
        foreach (var consumer in new[] { "one", "two" })
        {
            await bus.KeepSubscriptionsAsync(consumer, ["t"]);
            subscriptions.Add(bus.Subscribe(new Subscriber(consumer, "t", null, (delivery, _) =>
            {
                if (delivery.Attempts < refusals[delivery.Payload[0]])
                {
                    return Task.FromResult(DeliveryResult.Retry);
                }

                accepted.Add((consumer, delivery.Payload[0]));
                all.Signal();
                return Task.FromResult(DeliveryResult.Success);
            })));
        }

        await bus.PublishAsync("t", [.. refusals.Select((_, index) => new PubSubMessage([(byte)index], "x", null))]);
        all.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue($"{all.CurrentCount} deliveries did not happen");
        foreach (var subscription in subscriptions)
        {
            await subscription.DisposeAsync();
        }

        accepted.Distinct().Count().ShouldBe(refusals.Count * 2);
        accepted.Count.ShouldBe(refusals.Count * 2);
    }

    private SqlitePubSub Create(SqliteStore store, PubSubSettings settings) => new("bus", store, ownsStore: false, settings, _time, NullLogger<SqlitePubSub>.Instance);

    private static PubSubMessage Message(string text) => new(System.Text.Encoding.UTF8.GetBytes(text), "text/plain", null);

    private static async Task<long> CountAsync(SqliteStore store, string sql) => await store.ReadAsync(connection => connection.First(sql, row => row.GetInt64(0)));

    private static async Task UntilAsync(SqliteStore store, string sql, long count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await CountAsync(store, sql) != count)
        {
            patience.IsCancellationRequested.ShouldBeFalse($"{sql} did not become {count}");
            await Task.Yield();
        }
    }
}
