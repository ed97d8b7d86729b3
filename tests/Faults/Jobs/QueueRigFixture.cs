using System.Text.Json.Nodes;
using Azure.Storage;
using Azure.Storage.Queues;
using Serverless.Tests.Servers;

namespace Serverless.Faults.Tests.Jobs;

/// <summary>A job service whose jobs come by a queue of Azurite.</summary>
public sealed class QueueRigFixture : IAsyncLifetime
{
    private readonly AzuriteQueues _azurite = new();
    private JobRig? _rig;

    internal JobRig Rig => _rig!;

    public async ValueTask InitializeAsync()
    {
        await _azurite.InitializeAsync();
        _rig = await JobRig.StartAsync(rowTime: 2, string.Join("---\n", Binding("job-queue", "jobs", "input"), Binding("job-dead-letters", "dead", "output")));
    }

    public async ValueTask DisposeAsync()
    {
        if (_rig is not null)
        {
            await _rig.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }

    /// <summary>Puts a message on the queue.</summary>
    public Task SendAsync(string message) => Queue("jobs").SendMessageAsync(message);

    /// <summary>Takes the next dead letter.</summary>
    public async Task<JsonNode> LetterAsync()
    {
        var queue = Queue("dead");
        var letter = await Patience.ForAsync(async () => (await queue.ReceiveMessageAsync()).Value, () => $"a dead letter comes.\n{Rig.Text}");
        await queue.DeleteMessageAsync(letter.MessageId, letter.PopReceipt);
        return JsonNode.Parse(letter.Body)!;
    }

    /// <summary>Waits until every message is acknowledged, and no letter is left.</summary>
    public async Task EmptyAsync()
    {
        await Patience.UntilAsync(async () => (await Queue("jobs").GetPropertiesAsync()).Value.ApproximateMessagesCount == 0, () => $"the queue is empty.\n{Rig.Text}");
        (await Queue("dead").GetPropertiesAsync()).Value.ApproximateMessagesCount.ShouldBe(0);
    }

    private QueueClient Queue(string name) => new(new Uri($"{_azurite.Endpoint}/{name}"), new StorageSharedKeyCredential(Azurite.Account, Azurite.Key));

    private string Binding(string name, string queue, string direction) => _azurite.Binding(name, queue, direction, ("pollingInterval", "100ms"), ("visibilityTimeout", "1s"));
}
