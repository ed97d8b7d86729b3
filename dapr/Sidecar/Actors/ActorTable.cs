using System.Collections.Concurrent;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors;

/// <summary>
/// The actors that are active, and their turns. An actor is active once: a move to another app first ends it where it is, and whoever waits
/// for a turn then follows it. A call that was sent to an app is never sent again.
/// </summary>
internal sealed class ActorTable(Placement placement, TimeProvider time)
{
    private readonly ConcurrentDictionary<ActorKey, Activation> _active = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private volatile bool _closed;

    /// <summary>Told once for an activation that ended, whatever ended it.</summary>
    public Action<Activation> OnEnded { get; set; } = _ => { };

    /// <summary>The active actors, in no order.</summary>
    public IEnumerable<Activation> All => _active.Select(entry => entry.Value);

    /// <summary>The activation of an actor in an app; null when it is not active there.</summary>
    public Activation? Find(ActorKey key, SidecarApp app) =>
        _active.TryGetValue(key, out var activation) && activation.Host.App == app ? activation : null;

    /// <summary>Waits for a turn of an actor, which is activated if it is not active.</summary>
    /// <param name="key">The actor.</param>
    /// <param name="chain">The re-entrancy id that the call came with; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ActorException">No app hosts the type, the chain is too deep, or the sidecar stops.</exception>
    public async ValueTask<Turn> EnterAsync(ActorKey key, string? chain, CancellationToken cancellation)
    {
        while (true)
        {
            if (_closed)
            {
                throw ActorException.Stopping();
            }

            if (!_active.TryGetValue(key, out var activation))
            {
                activation = await ActivateAsync(key, cancellation);
            }

            var options = activation.Options;
            var ownChain = options.Reentrant ? chain ?? Guid.NewGuid().ToString() : null;
            var entry = await activation.Turns.EnterAsync(ownChain, options.MaxStackDepth, cancellation);
            switch (entry)
            {
                case TurnEntry.Entered:
                    return Begin(activation, ownChain);
                case TurnEntry.TooDeep:
                    throw ActorException.TooDeep();
                case TurnEntry.Closed when _closed:
                    throw ActorException.Stopping();
                default:
                    // Whoever closed it removes it, maybe after a last call to the app: only then the actor begins anew.
                    await activation.Gone;
                    break;
            }
        }
    }

    /// <summary>Waits for a turn of one activation; null when it ended before.</summary>
    public async ValueTask<Turn?> TryEnterAsync(Activation activation)
    {
        var chain = activation.Options.Reentrant ? Guid.NewGuid().ToString() : null;
        if (await activation.Turns.EnterAsync(chain, activation.Options.MaxStackDepth, CancellationToken.None) != TurnEntry.Entered)
        {
            return null;
        }

        return Begin(activation, chain);
    }

    /// <summary>Gives a turn back.</summary>
    public void Exit(Activation activation)
    {
        activation.Touch(time);
        activation.Turns.Exit();
        if (Interlocked.Decrement(ref _running) == 0 && _closed)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>No new turn begins; whoever waits for one is told so. Ends when the running ones are over.</summary>
    public Task CloseAsync()
    {
        _closed = true;
        foreach (var activation in All)
        {
            activation.Turns.Close();
        }

        if (Volatile.Read(ref _running) == 0)
        {
            _drained.TrySetResult();
        }

        return _drained.Task;
    }

    /// <summary>Forgets an activation whose turns were closed; the actor may begin anew, here or elsewhere.</summary>
    public void Remove(Activation activation)
    {
        activation.Turns.Close();
        if (_active.TryRemove(new KeyValuePair<ActorKey, Activation>(activation.Key, activation)))
        {
            OnEnded(activation);
        }

        activation.NoteGone();
    }

    private Turn Begin(Activation activation, string? chain)
    {
        Interlocked.Increment(ref _running);
        activation.Touch(time);
        return new Turn(activation, chain);
    }

    private async ValueTask<Activation> ActivateAsync(ActorKey key, CancellationToken cancellation)
    {
        while (true)
        {
            var host = await placement.FindAsync(key, cancellation) ?? throw ActorException.NoAddress(key);
            if (!host.Config.Types.TryGetValue(key.Type, out var options))
            {
                continue;
            }

            var activation = new Activation(key, host, options);
            activation.Touch(time);
            activation = _active.GetOrAdd(key, activation);
            if (!host.Lost.IsCancellationRequested || activation.Host != host)
            {
                return activation;
            }

            // The host was lost between the look and the entry: nobody else would remove what came after.
            Remove(activation);
        }
    }
}
