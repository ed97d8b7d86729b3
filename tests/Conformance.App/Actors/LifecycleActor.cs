using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace Serverless.Conformance.App.Actors;

/// <summary>Notes its life in the journal; an id that begins with "refuses" fails its first activation.</summary>
public interface ILifecycle : IActor
{
    Task<string> PingAsync();
}

internal sealed class LifecycleActor(ActorHost host, Greeting greeting) : Actor(host), ILifecycle
{
    private string Page => $"life:{Id}";

    public Task<string> PingAsync() => Task.FromResult(greeting.For(Id.GetId()));

    protected override Task OnActivateAsync()
    {
        var first = Journal.Note(Page, "activated") == 1;
        return first && Id.GetId().StartsWith("refuses", StringComparison.Ordinal) ? throw new InvalidOperationException("not today") : Task.CompletedTask;
    }

    protected override Task OnDeactivateAsync()
    {
        Journal.Note(Page, "deactivated");
        return Task.CompletedTask;
    }
}
