using Azure.Storage;
using Azure.Storage.Queues;
using Serverless.Tests.Servers;

namespace Serverless.EndToEnd.Tests.Queue;

/// <summary>Queues of Azure Storage, by Azurite.</summary>
public sealed class StorageQueueBroker : IBroker
{
    private readonly AzuriteQueues _azurite = new();

    public string Components => string.Join("---\n", Binding("job-queue", "jobs", "input"), Binding("job-dead-letters", "dead", "output"));

    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    public int MaxBytes => 64 << 10;

    public ValueTask InitializeAsync() => _azurite.InitializeAsync();

    public ValueTask DisposeAsync() => _azurite.DisposeAsync();

    public Task SendAsync(byte[] message) => Queue("jobs").SendMessageAsync(BinaryData.FromBytes(message));

    public async Task<byte[]?> TakeDeadLetterAsync()
    {
        if ((await Queue("dead").ReceiveMessageAsync()).Value is not { } letter)
        {
            return null;
        }

        await Queue("dead").DeleteMessageAsync(letter.MessageId, letter.PopReceipt);
        return letter.Body.ToArray();
    }

    public async Task<long> CountAsync() => (await Queue("jobs").GetPropertiesAsync()).Value.ApproximateMessagesCount;

    private QueueClient Queue(string name) => new(new Uri($"{_azurite.Endpoint}/{name}"), new StorageSharedKeyCredential(Azurite.Account, Azurite.Key));

    private string Binding(string name, string queue, string direction) => _azurite.Binding(name, queue, direction, ("pollingInterval", "200ms"), ("visibilityTimeout", "5s"), ("ttlInSeconds", "604800"));
}
