using System.Collections.Concurrent;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.PubSub;

/// <summary>How a bus delivers.</summary>
internal sealed record PubSubSettings
{
    /// <summary>Deliveries to one consumer of a topic at a time. Default: 16.</summary>
    public int MaxInFlight { get; init; } = 16;

    /// <summary>Deliveries of a message that the app may answer without accepting it, before it is given up. Default: 10.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>The longest wait between two of them; waits grow from half a second. Default: 60 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a message is kept for consumers that do not come. Default: 7 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(7);
}

/// <summary>
/// <c>pubsub.sqlite</c>: topics in a SQLite file, the sidecar's own where no <c>connectionString</c> is given. Publishing is durable when it
/// is acknowledged; a consumer's messages wait for it while it is away. Messages go out in order of publication and are handled side by side;
/// one that fails waits on its own and holds up no other.
/// </summary>
internal sealed class SqlitePubSub(string name, SqliteStore store, bool ownsStore, PubSubSettings settings, TimeProvider time, ILogger<SqlitePubSub> logger) : IPubSub
{
    private static readonly string[] SettingNames = ["maxInFlight", "maxDeliveryAttempts", "maxBackoff", "retention"];

    public static readonly ComponentType Sqlite = new("pubsub.sqlite", context =>
    {
        var connection = context.Properties.Text("connectionString");
        var inMemory = ConnectionString.IsInMemory(connection);
        return Create(context, inMemory ? SqliteStore.Open(new StoreOptions()) : context.Services.GetRequiredService<StoreFiles>().Get(ConnectionString.PathOf(connection)), inMemory);
    })
    {
        Properties = ["connectionString", .. SettingNames],
        Capabilities = ["MESSAGE_TTL"],
    };

    /// <summary><c>pubsub.in-memory</c>: the same in a database in memory that ends with the sidecar.</summary>
    public static readonly ComponentType InMemory = new("pubsub.in-memory", context => Create(context, SqliteStore.Open(new StoreOptions()), ownsStore: true))
    {
        Properties = SettingNames,
        Capabilities = Sqlite.Capabilities,
    };

    private readonly ConcurrentDictionary<Subscription, string> _subscriptions = [];

    /// <summary>Its rows.</summary>
    internal PubSubTables Tables { get; } = new(name, settings, time);

    /// <summary>Its store.</summary>
    internal SqliteStore Store => store;

    public async Task PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages)
    {
        await store.WriteAsync(connection => Tables.Publish(connection, topic, messages));
        Wake(topic);
    }

    public Task KeepSubscriptionsAsync(string consumer, IReadOnlyCollection<string> topics) =>
        store.WriteAsync(connection => Tables.KeepSubscriptions(connection, consumer, topics));

    public IAsyncDisposable Subscribe(Subscriber subscriber)
    {
        var subscription = new Subscription(this, subscriber, settings, time, logger, ended => _subscriptions.TryRemove(ended, out _));
        _subscriptions[subscription] = subscriber.Topic;
        subscription.Start();
        return subscription;
    }

    /// <summary>Has the consumers of a topic look for messages.</summary>
    internal void Wake(string topic)
    {
        foreach (var (subscription, subscribed) in _subscriptions)
        {
            if (subscribed == topic)
            {
                subscription.Wake();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions.Keys)
        {
            await subscription.DisposeAsync();
        }

        if (ownsStore)
        {
            await store.DisposeAsync();
        }
    }

    private static Task<IComponent> Create(ComponentContext context, SqliteStore store, bool ownsStore)
    {
        var (properties, defaults) = (context.Properties, new PubSubSettings());
        var settings = new PubSubSettings
        {
            MaxInFlight = properties.Number("maxInFlight", 1, 10_000) ?? defaults.MaxInFlight,
            MaxAttempts = properties.Number("maxDeliveryAttempts", 1, 1_000_000) ?? defaults.MaxAttempts,
            MaxBackoff = properties.Duration("maxBackoff") ?? defaults.MaxBackoff,
            Retention = properties.Duration("retention") ?? defaults.Retention,
        };
        return Task.FromResult<IComponent>(new SqlitePubSub(context.Name, store, ownsStore, settings, context.Time, context.Logger<SqlitePubSub>()));
    }
}
