using RabbitMQ.Client;
using Serverless.Tests.Servers;

namespace Serverless.EndToEnd.Tests.Queue;

/// <summary>Queues of RabbitMQ.</summary>
public sealed class RabbitBroker : IBroker
{
    private readonly RabbitMqBroker _broker = new();
    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>As the page about the service says it.</summary>
    public string Components => File.ReadAllText(Clone.PathOf("docs/operations.md")).Split("```yaml\n").Select(block => block.Split("```")[0]).First(block => block.Contains("bindings.rabbitmq", StringComparison.Ordinal));

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["RABBITMQ_ADDRESS"] = _broker.Address };

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

    public async Task<byte[]?> TakeDeadLetterAsync() => (await _channel!.BasicGetAsync("jobs-dead-letters", autoAck: true))?.Body.ToArray();

    /// <summary>The broker counts what is ready, not what is at a reader: what is refused comes back and is counted.</summary>
    public async Task<long> CountAsync() => await _channel!.MessageCountAsync("jobs");
}
