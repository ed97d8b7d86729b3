using System.Text;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.PubSub;

/// <summary>The rows of a bus. All methods are parts of a turn.</summary>
internal sealed class PubSubTables(string bus, PubSubSettings settings, TimeProvider time)
{
    /// <summary>Stores messages, with one delivery for each consumer of the topic; false without consumers: there is nobody to keep them for.</summary>
    public bool Publish(StoreConnection store, string topic, IReadOnlyList<PubSubMessage> messages)
    {
        var now = Now();
        var consumers = store.Query("SELECT consumer FROM pubsub_subscriptions WHERE bus = ?1 AND topic = ?2", row => row.GetString(0), bus, topic);
        foreach (var message in consumers.Count == 0 ? [] : messages)
        {
            var life = message.TimeToLive is { } own && own < settings.Retention ? own : settings.Retention;
            store.Execute(
                "INSERT INTO pubsub_messages (bus, topic, payload, content_type, published, expires, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                bus, topic, message.Payload, message.ContentType, now, now + (long)life.TotalMilliseconds, Sum(topic, message.Payload, message.ContentType));
            var id = store.First("SELECT last_insert_rowid()", row => row.GetInt64(0));
            foreach (var consumer in consumers)
            {
                store.Execute("INSERT INTO pubsub_deliveries (bus, topic, consumer, message, attempts, due) VALUES (?1, ?2, ?3, ?4, 0, ?5)", bus, topic, consumer, id, now);
            }
        }

        return consumers.Count > 0;
    }

    /// <summary>Makes a consumer's subscriptions be those to these topics.</summary>
    public void KeepSubscriptions(StoreConnection store, string consumer, IReadOnlyCollection<string> topics)
    {
        foreach (var topic in store.Query("SELECT topic FROM pubsub_subscriptions WHERE bus = ?1 AND consumer = ?2", row => row.GetString(0), bus, consumer).Except(topics))
        {
            store.Execute("DELETE FROM pubsub_subscriptions WHERE bus = ?1 AND topic = ?2 AND consumer = ?3", bus, topic, consumer);
            store.Execute("DELETE FROM pubsub_deliveries WHERE bus = ?1 AND topic = ?2 AND consumer = ?3", bus, topic, consumer);
        }

        store.Execute("DELETE FROM pubsub_messages WHERE bus = ?1 AND id NOT IN (SELECT message FROM pubsub_deliveries)", bus);
        foreach (var topic in topics)
        {
            store.Execute("INSERT INTO pubsub_subscriptions (bus, topic, consumer) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", bus, topic, consumer);
            Expire(store, topic);
        }
    }

    /// <summary>Removes messages of a topic that ran out; gives their number.</summary>
    public int Expire(StoreConnection store, string topic)
    {
        var expired = store.Query("SELECT id FROM pubsub_messages WHERE bus = ?1 AND topic = ?2 AND expires <= ?3", row => row.GetInt64(0), bus, topic, Now());
        foreach (var id in expired)
        {
            store.Execute("DELETE FROM pubsub_deliveries WHERE message = ?1", id);
            store.Execute("DELETE FROM pubsub_messages WHERE id = ?1", id);
        }

        return expired.Count;
    }

    /// <summary>Deliveries of a consumer that are due at a time (unix milliseconds), oldest first; a damaged message comes without a payload.</summary>
    public List<(Delivery Delivery, bool IsDamaged)> Due(StoreConnection store, string topic, string consumer, long now, int most) => store.Query(
        """
        SELECT d.message, d.attempts, m.payload, m.content_type, m.checksum FROM pubsub_deliveries d LEFT JOIN pubsub_messages m ON m.id = d.message
        WHERE d.bus = ?1 AND d.topic = ?2 AND d.consumer = ?3 AND d.due <= ?4 ORDER BY d.message LIMIT ?5
        """,
        row =>
        {
            // A damaged row may hold values of another type than the schema says.
            var payload = row.GetValue(2) switch { byte[] bytes => bytes, var other => Encoding.UTF8.GetBytes(other.ToString() ?? "") };
            var contentType = row.GetValue(3).ToString() ?? "";
            return (new Delivery(row.GetInt64(0), topic, payload, contentType, row.GetInt32(1)), row.GetValue(4) as long? != Sum(topic, payload, contentType));
        },
        bus, topic, consumer, now, most);

    /// <summary>When the next delivery of a consumer is due after a time (unix milliseconds); null without any. With the same time as <see cref="Due"/>, none falls between.</summary>
    public DateTimeOffset? NextDue(StoreConnection store, string topic, string consumer, long now) =>
        store.First("SELECT MIN(due) FROM pubsub_deliveries WHERE bus = ?1 AND topic = ?2 AND consumer = ?3 AND due > ?4", row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0), bus, topic, consumer, now)
            is { } due ? DateTimeOffset.FromUnixTimeMilliseconds(due) : null;

    /// <summary>Ends a delivery; a message without any is removed.</summary>
    public void Done(StoreConnection store, string topic, string consumer, long message)
    {
        store.Execute("DELETE FROM pubsub_deliveries WHERE bus = ?1 AND topic = ?2 AND consumer = ?3 AND message = ?4", bus, topic, consumer, message);
        store.Execute("DELETE FROM pubsub_messages WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM pubsub_deliveries WHERE message = ?1)", message);
    }

    /// <summary>Puts a delivery off.</summary>
    public void PutOff(StoreConnection store, string topic, string consumer, long message, int attempts, TimeSpan wait) =>
        store.Execute(
            "UPDATE pubsub_deliveries SET attempts = ?5, due = ?6 WHERE bus = ?1 AND topic = ?2 AND consumer = ?3 AND message = ?4",
            bus, topic, consumer, message, attempts, Now() + (long)wait.TotalMilliseconds);

    /// <summary>Gives a delivery up: the message goes to the dead letter topic, or to the quarantine where nobody is subscribed to it.</summary>
    public void GiveUp(StoreConnection store, Subscriber subscriber, Delivery delivery, string reason, bool damaged = false)
    {
        if (damaged || subscriber.DeadLetterTopic is not { } deadLetters || !Publish(store, deadLetters, [new PubSubMessage(delivery.Payload, delivery.ContentType, null)]))
        {
            Quarantine.Add(store, "pubsub_messages", $"{bus}/{delivery.Topic}/{subscriber.Consumer}/{delivery.Id}", reason, delivery.Payload, time.GetUtcNow());
        }

        Done(store, delivery.Topic, subscriber.Consumer, delivery.Id);
    }

    private long Sum(string topic, byte[] payload, string contentType) => Checksum.Of(payload, $"{bus}\n{topic}\n{contentType}");

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
