using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace Serverless.Conformance.App.Actors;

/// <summary>State in turns.</summary>
public interface ICounter : IActor
{
    Task<int> AddAsync(int by);

    Task<int> GetAsync();

    /// <summary>Changes two values, then fails.</summary>
    Task<int> AddThenFailAsync(int by);

    /// <summary>Changes two values and takes a third away, in one turn.</summary>
    Task<int> ReplaceAsync(int by);
}

internal sealed class CounterActor(ActorHost host) : Actor(host), ICounter
{
    private const string Count = "count", Last = "last", Old = "old";

    public async Task<int> AddAsync(int by)
    {
        await StateManager.SetStateAsync(Last, by);
        return await StateManager.AddOrUpdateStateAsync(Count, by, (_, old) => old + by);
    }

    public async Task<int> GetAsync()
    {
        var count = await StateManager.TryGetStateAsync<int>(Count);
        return count.HasValue ? count.Value : -1;
    }

    public async Task<int> AddThenFailAsync(int by)
    {
        await AddAsync(by);
        throw new InvalidOperationException("counted, then failed");
    }

    public async Task<int> ReplaceAsync(int by)
    {
        await StateManager.SetStateAsync(Count, by);
        await StateManager.SetStateAsync(Old, by);
        await StateManager.RemoveStateAsync(Last);
        return by;
    }
}
