using System.Collections.Concurrent;
using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace Serverless.ActorsSdk.Tests.Actors;

public interface ILifeActor : IActor
{
    Task<string> WorkAsync(string what);
}

/// <summary>What happened to the actors of one app, and what a test wants them to do.</summary>
public sealed class LifeEvents
{
    public ConcurrentQueue<string> Seen { get; } = new();

    /// <summary>Runs in the named step of every actor.</summary>
    public ConcurrentDictionary<string, Func<LifeActor, Task>> Steps { get; } = new();

    internal async Task<T> Step<T>(LifeActor actor, string name, T result)
    {
        Seen.Enqueue(name);
        if (Steps.TryGetValue(name, out var step))
        {
            await step(actor);
        }

        return result;
    }
}

/// <summary>A service of an actor's scope.</summary>
public sealed class LifeScope(LifeEvents events) : IDisposable
{
    public void Dispose() => events.Seen.Enqueue("scope disposed");
}

/// <summary>Tells all that happens to it.</summary>
public sealed class LifeActor : Actor, ILifeActor, IRemindable, IAsyncDisposable
{
    private readonly LifeEvents _events;

    public LifeActor(ActorHost host, LifeEvents events, LifeScope scope)
        : base(host)
    {
        _events = events;
        Scope = scope;
        events.Seen.Enqueue("constructed");
    }

    public LifeScope Scope { get; }

    public Task<string> WorkAsync(string what) => _events.Step(this, what, $"{what} done");

    public Task TickAsync() => _events.Step(this, "tick", 0);

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period) => _events.Step(this, $"remind {reminderName}", 0);

    public ValueTask DisposeAsync()
    {
        _events.Seen.Enqueue("disposed");
        return ValueTask.CompletedTask;
    }

    protected override Task OnActivateAsync() => _events.Step(this, "activate", 0);

    protected override Task OnDeactivateAsync() => _events.Step(this, "deactivate", 0);

    protected override Task OnPreActorMethodAsync(ActorMethodContext actorMethodContext) =>
        _events.Step(this, $"before {actorMethodContext.CallType} {actorMethodContext.MethodName}", 0);

    protected override Task OnPostActorMethodAsync(ActorMethodContext actorMethodContext) => _events.Step(this, "after", 0);

    protected override Task OnActorMethodFailedAsync(ActorMethodContext actorMethodContext, Exception e) => _events.Step(this, $"failed {e.Message}", 0);
}
