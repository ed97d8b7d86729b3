using RabbitMQ.Client;
using Serverless.Tests.Servers;

namespace Serverless.EndToEnd.Tests.Queue;

/// <summary>Queues of RabbitMQ.</summary>
public sealed class RabbitBroker : IBroker
{
    private readonly RabbitMqBroker _broker = new();
    private IConnection? _connection;
    private IChannel? _channel;

    public string Components => string.Join("---\n", Binding("job-queue", "jobs", "input"), Binding("job-dead-letters", "dead", "output"));

    public int MaxBytes => int.MaxValue;

    public async ValueTask InitializeAsync()
    {
        await _broker.InitializeAsync();
        _connection = await new ConnectionFactory { Uri = new Uri(_broker.Address) }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null)
        {
            await _channel.DisposeAsync();
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        await _broker.DisposeAsync();
    }

    public async Task SendAsync(byte[] message) => await _channel!.BasicPublishAsync("", "jobs", mandatory: true, new BasicProperties { Persistent = true }, message);

    public async Task<byte[]?> TakeDeadLetterAsync() => (await _channel!.BasicGetAsync("dead", autoAck: true))?.Body.ToArray();

    /// <summary>The broker counts what is ready, not what is at a reader: what is refused comes back and is counted.</summary>
    public async Task<long> CountAsync() => await _channel!.MessageCountAsync("jobs");

    private string Binding(string name, string queue, string direction) => $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: {name}
        spec:
          type: bindings.rabbitmq
          version: v1
          metadata:
            - name: host
              value: {_broker.Address}
            - name: queueName
              value: {queue}
            - name: durable
              value: "true"
            - name: prefetchCount
              value: "16"
            - name: direction
              value: {direction}

        """;
}
