namespace Dapr.Sidecar.PubSub;

internal sealed partial class Subscription
{
    [LoggerMessage(330, LogLevel.Warning, "Topic {Topic}: {Consumer} did not handle message {Id}: {Reason}")]
    private partial void LogFailed(string topic, string consumer, long id, string reason);

    [LoggerMessage(331, LogLevel.Error, "Topic {Topic}: {Consumer} did not accept message {Id} in {Attempts} attempts; it goes to {Target}.")]
    private partial void LogGivenUp(string topic, string consumer, long id, int attempts, string target);

    [LoggerMessage(332, LogLevel.Warning, "Topic {Topic}: message {Id} is not for {Consumer}: {Reason}; it goes to {Target}.")]
    private partial void LogDropped(string topic, string consumer, long id, string reason, string target);

    [LoggerMessage(333, LogLevel.Warning, "Topic {Topic}: {Count} messages ran out before all consumers took them.")]
    private partial void LogExpired(string topic, int count);

    [LoggerMessage(334, LogLevel.Error, "Topic {Topic}, consumer {Consumer}: {Reason} Deliveries go on when the store does.")]
    private partial void LogStore(string topic, string consumer, string reason);
}
