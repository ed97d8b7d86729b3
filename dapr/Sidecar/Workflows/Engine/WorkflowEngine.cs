using Dapr.Sidecar.Components;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Store;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Engine;

/// <summary>
/// The instances in memory and the one way to change them: <see cref="ChangeAsync{T}"/>. One lock guards all that is in memory (sections
/// under it are short and never wait); the store's single writer brings the writes of all instances into the same order.
/// </summary>
internal sealed partial class WorkflowEngine : IDisposable
{
    /// <summary>Idle instances that are kept in memory.</summary>
    private const int MaxIdle = 2000;

    private readonly Dictionary<InstanceKey, InstanceSlot> _slots = [];
    private readonly Queue<(InstanceSlot Slot, long Stamp)> _idle = new();
    private readonly Dictionary<InstanceKey, int> _failures = [];
    private readonly ILogger<WorkflowEngine> _log;
    private readonly CancellationTokenSource _stopping = new();
    private long _idleStamp;

    public WorkflowEngine(
        SqliteStore store, SidecarOptions options, ConfigurationSpec configuration, TimeProvider time, AppDirectory apps, FaultPoints points,
        WorkflowMetrics metrics, ILogger<WorkflowEngine> log)
    {
        (Store, Options, Rules, Time, Apps, Points, Metrics, _log) = (store, options, configuration.Workflows, time, apps, points, metrics, log);
        Dispatcher = new Dispatcher(this);
        Timers = new WorkflowTimers(time);
        metrics.Observe(() => Loaded);
    }

    /// <summary>Guards everything that is in memory.</summary>
    public Lock Gate { get; } = new();

    public SqliteStore Store { get; }

    public SidecarOptions Options { get; }

    /// <summary>What the Configuration says of workflows.</summary>
    public WorkflowRules Rules { get; }

    public TimeProvider Time { get; }

    public AppDirectory Apps { get; }

    public FaultPoints Points { get; }

    public WorkflowMetrics Metrics { get; }

    public Sequence Sequence { get; } = new();

    public Dispatcher Dispatcher { get; }

    public WorkflowTimers Timers { get; }

    public InstanceWaiters Waiters { get; } = new();

    /// <summary>Called with an instance that was loaded again after a failed write.</summary>
    public Action<InstanceKey> Revived { get; set; } = _ => { };

    /// <summary>Payloads of a work item may have this many bytes: a little less than a message may.</summary>
    public long MaxPayload => Options.MaxBodySize * 95L / 100;

    /// <summary>Now, UTC.</summary>
    public DateTime Now => Time.GetUtcNow().UtcDateTime;

    /// <summary>Instances in memory.</summary>
    public int Loaded
    {
        get
        {
            lock (Gate)
            {
                return _slots.Count;
            }
        }
    }

    /// <summary>
    /// Changes instances: the body runs under the lock and says what is written; the task ends once that is committed and its effects ran.
    /// A body that throws has changed nothing.
    /// </summary>
    /// <exception cref="StoreException">Nothing was written; the instances are loaded again.</exception>
    public async Task<T> ChangeAsync<T>(IReadOnlyCollection<InstanceKey> keys, Func<Change, T> body)
    {
        while (true)
        {
            var slots = await AcquireAsync(keys);
            try
            {
                Task commit;
                T result;
                lock (Gate)
                {
                    if (slots.Values.Any(slot => slot.Broken))
                    {
                        continue;
                    }

                    var change = new Change(Sequence, slots);
                    result = Make(change, body);
                    commit = Enqueue(change);
                    WakeAll(slots.Values);
                }

                await commit;
                return result;
            }
            finally
            {
                Release(slots.Values);
            }
        }
    }

    /// <summary>Wakes an execution after a while.</summary>
    public void WakeAfter(Execution execution, TimeSpan delay)
    {
        ITimer? timer = null;
        timer = Time.CreateTimer(
            _ =>
            {
                lock (Gate)
                {
                    execution.Delayed = false;
                    Dispatcher.Wake(execution);
                    timer!.Dispose();
                }
            },
            state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Loads nothing again from now on.</summary>
    public void Stop() => _stopping.Cancel();

    public void Dispose()
    {
        _stopping.Dispose();
        Timers.Dispose();
    }

    /// <summary>Lets turns begin while their events are on their way to the disk; the writes of their answers come behind those of the events.</summary>
    private void WakeAll(IEnumerable<InstanceSlot> slots)
    {
        foreach (var slot in slots)
        {
            if (slot is { Broken: false, Execution: { } execution })
            {
                Dispatcher.Wake(execution);
            }
        }
    }

    private T Make<T>(Change change, Func<Change, T> body)
    {
        try
        {
            return body(change);
        }
        catch when (change.HasWrites)
        {
            Break(change);
            throw;
        }
    }

    private Task Enqueue(Change change)
    {
        if (!change.HasWrites)
        {
            change.Committed();
            return Task.CompletedTask;
        }

        foreach (var slot in change.Slots.Values)
        {
            slot.PendingWrites++;
        }

        return Store.WriteAsync(change.Run, error => Finish(change, error));
    }

    /// <summary>The change's write has ended. On the store's own thread: what the change wakes is on its way before anybody else runs.</summary>
    private void Finish(Change change, Exception? error)
    {
        lock (Gate)
        {
            if (error is not null)
            {
                LogNotWritten(error, string.Join(", ", change.Slots.Keys));
                foreach (var key in change.Slots.Keys)
                {
                    _failures[key] = _failures.GetValueOrDefault(key) + 1;
                }

                Settle(change, broken: true);
                return;
            }

            if (_failures.Count > 0)
            {
                foreach (var key in change.Slots.Keys)
                {
                    _failures.Remove(key);
                }
            }

            change.Committed();
            Settle(change, broken: false);
        }
    }

    private void Settle(Change change, bool broken)
    {
        foreach (var slot in change.Slots.Values)
        {
            slot.PendingWrites--;
        }

        if (broken)
        {
            Break(change);
        }
        else
        {
            foreach (var slot in change.Slots.Values)
            {
                ReviveIfDrained(slot);
                Leave(slot);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Nothing was written for {Instances}: they are loaded again.")]
    private partial void LogNotWritten(Exception error, string instances);
}
