using System.Threading.Channels;
using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Activities;
using Dapr.Sidecar.Workflows.Turns;

namespace Dapr.Sidecar.Workflows.Workers;

/// <summary>A worker's open stream of work items, and what it has. Guarded by the engine's lock; items are read by the call that serves it.</summary>
internal sealed class WorkerStream(long id, WorkerPool pool)
{
    private readonly Channel<WorkItem> _items = Channel.CreateUnbounded<WorkItem>(new() { SingleReader = true });

    /// <summary>Its number.</summary>
    public long Id => id;

    public WorkerPool Pool => pool;

    /// <summary>Turns that the worker has.</summary>
    public HashSet<TurnDispatch> Turns { get; } = [];

    /// <summary>Activities that the worker has.</summary>
    public HashSet<ActivityDispatch> Activities { get; } = [];

    /// <summary>What is to be sent, in order.</summary>
    public IAsyncEnumerable<WorkItem> ItemsAsync(CancellationToken cancellation) => _items.Reader.ReadAllAsync(cancellation);

    /// <summary>Sends an item.</summary>
    public void Send(WorkItem item) => _items.Writer.TryWrite(item);

    /// <summary>Ends the stream after what was sent.</summary>
    public void Close() => _items.Writer.TryComplete();
}
