using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.PubSub;

/// <summary>A message as it is published: the bytes that consumers get, and for how long they matter.</summary>
internal sealed record PubSubMessage(byte[] Payload, string ContentType, TimeSpan? TimeToLive);

/// <summary>A message on its way to a consumer; Attempts counts earlier deliveries that the consumer answered and did not accept.</summary>
internal sealed record Delivery(long Id, string Topic, byte[] Payload, string ContentType, int Attempts);

/// <summary>What becomes of a delivery.</summary>
internal enum DeliveryResult
{
    /// <summary>The consumer has handled it.</summary>
    Success,

    /// <summary>The consumer could not handle it now: it comes again later, and at last goes to the dead letters.</summary>
    Retry,

    /// <summary>The consumer will never handle it: it goes to the dead letters at once.</summary>
    Drop,

    /// <summary>The consumer was not reached: it comes again, and this does not count as an attempt.</summary>
    NotDelivered,
}

/// <summary>A consumer of a topic, by its app's id. Without a dead letter topic, messages that are given up go to the store's quarantine.</summary>
internal sealed record Subscriber(string Consumer, string Topic, string? DeadLetterTopic, Func<Delivery, CancellationToken, Task<DeliveryResult>> DeliverAsync);

/// <summary>A message bus: what is published to a topic reaches each consumer that is subscribed to it at least once.</summary>
internal interface IPubSub : IComponent
{
    /// <summary>Publishes messages, all or none, in order.</summary>
    Task PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages);

    /// <summary>Makes a consumer's subscriptions be those to these topics: messages of others are no longer kept for it.</summary>
    Task KeepSubscriptionsAsync(string consumer, IReadOnlyCollection<string> topics);

    /// <summary>Delivers a topic's messages until it is disposed; needs <see cref="KeepSubscriptionsAsync"/> before.</summary>
    IAsyncDisposable Subscribe(Subscriber subscriber);
}
