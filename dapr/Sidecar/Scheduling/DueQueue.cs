namespace Dapr.Sidecar.Scheduling;

/// <summary>
/// Keys that fall due at a time of the wall clock. Each key is due once, at the last time it was set to; the callback runs on a thread of
/// the pool, for one key after the other in order of time, and must not block. Waits are cut into pieces, so that a wall clock that jumps
/// is noticed within <see cref="MaxWait"/>.
/// </summary>
internal sealed class DueQueue<TKey> : IDisposable
    where TKey : notnull
{
    /// <summary>How long one wait is at most.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Action<TKey, DateTimeOffset> _due;
    private readonly PriorityQueue<(TKey Key, long Version), DateTimeOffset> _queue = new();
    private readonly Dictionary<TKey, long> _versions = [];
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private long _lastVersion;
    private bool _running;
    private bool _disposed;

    /// <summary>A queue that calls <paramref name="due"/> with each key that falls due and the time it was due at.</summary>
    public DueQueue(TimeProvider time, Action<TKey, DateTimeOffset> due)
    {
        _time = time;
        _due = due;
        _timer = time.CreateTimer(_ => Run(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _versions.Count;
            }
        }
    }

    /// <summary>Makes a key due at a time, instead of any earlier setting of it.</summary>
    public void Set(TKey key, DateTimeOffset dueAt)
    {
        lock (_gate)
        {
            var version = ++_lastVersion;
            _versions[key] = version;
            _queue.Enqueue((key, version), dueAt);
            Arm();
        }
    }

    /// <summary>Forgets a key.</summary>
    public void Remove(TKey key)
    {
        lock (_gate)
        {
            _versions.Remove(key);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private void Run()
    {
        lock (_gate)
        {
            if (_running)
            {
                return;
            }

            _running = true;
        }

        while (TryTake(out var key, out var dueAt))
        {
            _due(key, dueAt);
        }
    }

    private bool TryTake(out TKey key, out DateTimeOffset dueAt)
    {
        lock (_gate)
        {
            while (!_disposed && _queue.TryPeek(out var entry, out dueAt))
            {
                if (_versions.GetValueOrDefault(entry.Key) != entry.Version)
                {
                    _queue.Dequeue();
                    continue;
                }

                if (dueAt > _time.GetUtcNow())
                {
                    break;
                }

                _queue.Dequeue();
                _versions.Remove(entry.Key);
                key = entry.Key;
                return true;
            }

            _running = false;
            Arm();
            (key, dueAt) = (default!, default);
            return false;
        }
    }

    private void Arm()
    {
        if (_running || _disposed || !_queue.TryPeek(out _, out var next))
        {
            return;
        }

        var wait = next - _time.GetUtcNow();
        // A timer of the system may come a little early: a millisecond more, rather than a second round.
        _timer.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < MaxWait ? wait + TimeSpan.FromMilliseconds(1) : MaxWait, Timeout.InfiniteTimeSpan);
    }
}
