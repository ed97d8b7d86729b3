using Dapr.Sidecar.Workflows.Activities;
using Dapr.Sidecar.Workflows.Instances;

namespace Dapr.Sidecar.Workflows.Workers;

/// <summary>The streams of one app, and the work that waits for them. Guarded by the engine's lock.</summary>
internal sealed class WorkerPool(string appId)
{
    public string AppId => appId;

    public List<WorkerStream> Streams { get; } = [];

    /// <summary>Executions whose next turn waits for a stream.</summary>
    public Queue<Execution> Turns { get; } = new();

    /// <summary>Activities that wait for a stream.</summary>
    public Queue<ActivityDispatch> Activities { get; } = new();

    /// <summary>Executions that no connected stream can run: they wait for another one.</summary>
    public List<Execution> Refused { get; } = [];

    /// <summary>Turns that the app's workers have.</summary>
    public int TurnsRunning => Streams.Sum(stream => stream.Turns.Count);

    /// <summary>Activities that the app's workers have.</summary>
    public int ActivitiesRunning => Streams.Sum(stream => stream.Activities.Count);

    /// <summary>The stream with the fewest turns that has room and can run an execution.</summary>
    public WorkerStream? ForTurn(Execution execution, int limit) =>
        Streams.Where(stream => stream.Turns.Count < limit && !execution.RefusedBy.Contains(stream.Id)).MinBy(stream => stream.Turns.Count);

    /// <summary>The stream with the fewest activities that has room.</summary>
    public WorkerStream? ForActivity(int limit) =>
        Streams.Count == 1
            ? Streams[0].Activities.Count < limit ? Streams[0] : null
            : Streams.Where(stream => stream.Activities.Count < limit).MinBy(stream => stream.Activities.Count);

    /// <summary>Whether every connected stream has said that it cannot run an execution.</summary>
    public bool IsRefused(Execution execution) =>
        Streams.Count > 0 && execution.RefusedBy.Count > 0 && Streams.TrueForAll(stream => execution.RefusedBy.Contains(stream.Id));
}
