namespace Dapr.Sidecar.Actors;

/// <summary>How an attempt to take a turn ended.</summary>
internal enum TurnEntry
{
    /// <summary>The turn is taken: <see cref="TurnLock.Exit"/> gives it back.</summary>
    Entered,

    /// <summary>The actor is no longer active here: look where it is now.</summary>
    Closed,

    /// <summary>Too many calls of one chain are already on this actor.</summary>
    TooDeep,
}

/// <summary>
/// One turn at a time, first come first served; calls of the chain that has the turn (the same re-entrancy id) join it. A free lock is
/// taken without allocation.
/// </summary>
internal sealed class TurnLock
{
    private readonly Lock _gate = new();
    private readonly Queue<Waiter> _waiters = [];
    private string? _chain;
    private int _depth;
    private bool _closed;

    /// <summary>Whether nobody has the turn or waits for it.</summary>
    public bool IsFree
    {
        get
        {
            lock (_gate)
            {
                return _depth == 0;
            }
        }
    }

    /// <summary>Waits for the turn.</summary>
    /// <param name="chain">The re-entrancy id of the call; null where calls do not re-enter.</param>
    /// <param name="maxDepth">Calls of one chain that may be on the actor at once.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<TurnEntry> EnterAsync(string? chain, int maxDepth, CancellationToken cancellation)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_closed)
            {
                return new(TurnEntry.Closed);
            }

            if (_depth == 0)
            {
                (_chain, _depth) = (chain, 1);
                return new(TurnEntry.Entered);
            }

            if (chain is not null && chain == _chain)
            {
                if (_depth >= maxDepth)
                {
                    return new(TurnEntry.TooDeep);
                }

                _depth++;
                return new(TurnEntry.Entered);
            }

            waiter = new Waiter(chain);
            _waiters.Enqueue(waiter);
        }

        return new(waiter.WaitAsync(cancellation));
    }

    /// <summary>Takes the turn if it is free.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_closed || _depth > 0)
            {
                return false;
            }

            (_chain, _depth) = (null, 1);
            return true;
        }
    }

    /// <summary>Gives a turn back; the next in the queue has it then.</summary>
    public void Exit()
    {
        lock (_gate)
        {
            if (--_depth > 0)
            {
                return;
            }

            _chain = null;
            while (!_closed && _waiters.TryDequeue(out var next))
            {
                if (next.TrySetResult(TurnEntry.Entered))
                {
                    (_chain, _depth) = (next.Chain, 1);
                    return;
                }
            }
        }
    }

    /// <summary>No turn begins here any more; whoever waits is told to look elsewhere. Running turns go on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            while (_waiters.TryDequeue(out var waiter))
            {
                waiter.TrySetResult(TurnEntry.Closed);
            }
        }
    }

    private sealed class Waiter(string? chain) : TaskCompletionSource<TurnEntry>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string? Chain => chain;

        public async Task<TurnEntry> WaitAsync(CancellationToken cancellation)
        {
            // A waiter that gave up stays in the queue; its turn passes it by, since its result is set.
            await using var registration = cancellation.UnsafeRegister(static (state, token) => ((Waiter)state!).TrySetCanceled(token), this);
            return await Task;
        }
    }
}
