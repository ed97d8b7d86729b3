using Dapr.Actors.Runtime;

namespace Serverless.Jobs.Messages;

/// <summary>Keeps the count of a message.</summary>
public sealed class MessageActor(ActorHost host) : Actor(host), IMessageActor
{
    private const string StateKey = "attempts";
    private MessageAttempts _attempts = new(0);

    /// <inheritdoc />
    protected override async Task OnActivateAsync()
    {
        var attempts = await StateManager.TryGetStateAsync<MessageAttempts>(StateKey);
        _attempts = attempts.HasValue ? attempts.Value : new MessageAttempts(0);
    }

    /// <inheritdoc />
    public async Task<MessageAttempts> BeginAsync()
    {
        await SaveAsync(_attempts with { Count = _attempts.Count + 1 });
        return _attempts;
    }

    /// <inheritdoc />
    public Task FailAsync(string reason) => SaveAsync(_attempts with { LastFailure = reason });

    /// <inheritdoc />
    public async Task EndAsync()
    {
        _attempts = new MessageAttempts(0);
        if (await StateManager.TryRemoveStateAsync(StateKey))
        {
            await StateManager.SaveStateAsync();
        }
    }

    private async Task SaveAsync(MessageAttempts attempts)
    {
        await StateManager.SetStateAsync(StateKey, attempts);
        await StateManager.SaveStateAsync();
        _attempts = attempts;
    }
}
