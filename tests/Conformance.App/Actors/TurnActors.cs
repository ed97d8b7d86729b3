using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;

namespace Serverless.Conformance.App.Actors;

/// <summary>Turns that last until a gate opens.</summary>
public interface ITurns : IActor
{
    Task<string> HoldAsync(string gate);
}

internal sealed class TurnActor(ActorHost host) : Actor(host), ITurns
{
    public async Task<string> HoldAsync(string gate)
    {
        Journal.Note($"turns:{Id}", $"enter {gate}");
        await Journal.ReadAsync($"gate:{gate}", count: 1, TimeSpan.FromSeconds(30));
        Journal.Note($"turns:{Id}", $"exit {gate}");
        return gate;
    }
}

/// <summary>Calls itself through the sidecar.</summary>
public interface IReentrant : IActor
{
    Task<int> RecurseAsync(int depth);
}

internal sealed class ReentrantActor(ActorHost host) : Actor(host), IReentrant
{
    public async Task<int> RecurseAsync(int depth)
    {
        Journal.Note($"turns:{Id}", $"enter {depth}");
        if (depth > 0)
        {
            var self = ProxyFactory.CreateActorProxy<IReentrant>(Id, nameof(ReentrantActor), new ActorProxyOptions { UseJsonSerialization = true });
            await self.RecurseAsync(depth - 1);
        }

        Journal.Note($"turns:{Id}", $"exit {depth}");
        return depth;
    }
}

/// <summary>Fails.</summary>
public interface IFaulty : IActor
{
    Task<string> FailAsync();
}

internal sealed class FaultyActor(ActorHost host) : Actor(host), IFaulty
{
    public Task<string> FailAsync() => throw new InvalidOperationException("out of order");
}
