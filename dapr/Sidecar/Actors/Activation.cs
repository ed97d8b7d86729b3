using Dapr.Sidecar.Actors.Timers;

namespace Dapr.Sidecar.Actors;

/// <summary>An actor that is active in an app.</summary>
internal sealed class Activation(ActorKey key, ActorHost host, ActorTypeOptions options)
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastUsed;
    private int _ending;

    public ActorKey Key => key;

    /// <summary>Where it is active; it stays there for its whole life.</summary>
    public ActorHost Host => host;

    public ActorTypeOptions Options => options;

    /// <summary>Its turns.</summary>
    public TurnLock Turns { get; } = new();

    /// <summary>Its timers, by name; they end with it. Also their lock.</summary>
    public Dictionary<string, ActorTimer> Timers { get; } = [];

    /// <summary>Its path in the app, without a slash at either end.</summary>
    public string Path { get; } = $"actors/{Uri.EscapeDataString(key.Type)}/{Uri.EscapeDataString(key.Id)}";

    /// <summary>Ends when the actor may begin anew.</summary>
    public Task Gone => _gone.Task;

    /// <summary>When its last turn began or ended (timestamp of the clock).</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>Notes that it is in use.</summary>
    public void Touch(TimeProvider time) => Volatile.Write(ref _lastUsed, time.GetTimestamp());

    /// <summary>True for the first who wants to end it.</summary>
    public bool TryBeginEnd() => Interlocked.Exchange(ref _ending, 1) == 0;

    /// <summary>Lets the actor begin anew.</summary>
    public void NoteGone() => _gone.TrySetResult();
}
