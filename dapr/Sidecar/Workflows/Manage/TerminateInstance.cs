using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;
using Dapr.Sidecar.Workflows.Turns;
using Google.Protobuf;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>
/// Terminates an instance at once, with or without a worker: activities that run are not stopped, their results are dropped. Children
/// follow as a step of their own (<see cref="TerminateChildren"/>), once the parent's end is stored.
/// </summary>
internal sealed class TerminateInstance(WorkflowEngine engine)
{
    /// <summary>Ends when the instance's end is stored; says whether children are to follow. Does nothing to an instance that has ended.</summary>
    /// <exception cref="WorkflowException">There is no such instance.</exception>
    public async Task<bool> RunAsync(InstanceKey key, string? output, bool recurse)
    {
        engine.Points.Hit(WorkflowPoints.TerminateBeforeCommit);
        var cascades = await engine.ChangeAsync(await engine.WithParentAsync(key), change =>
        {
            if (change[key] is not { } execution)
            {
                throw WorkflowException.NotFound(key);
            }

            if (!execution.Row.IsFinished)
            {
                Apply(engine, change, execution, output, recurse);
            }

            return execution.Row.Cascade;
        });
        engine.Points.Hit(WorkflowPoints.TerminateAfterCommit);
        return cascades;
    }

    /// <summary>Ends an execution as terminated; its parent, if it has one, is among the change's instances.</summary>
    public static void Apply(WorkflowEngine engine, Change change, Execution execution, string? output, bool recurse)
    {
        var now = engine.Now > execution.Clock ? engine.Now : execution.Clock;
        if (execution.Turn is { } turn)
        {
            engine.Dispatcher.Forget(turn);
        }

        // The termination is a turn of its own: it takes whatever waited, so that the history stays whole.
        var terminated = Encoded.Of(Events.Terminated(now, output, recurse));
        change.Deliver(execution, terminated);
        var stored = new GetInstanceHistoryResponse { Events = { Events.WorkflowStarted(now) } };
        var bytes = stored.ToByteArray();
        execution.Append(stored.Events[0], bytes.Length);
        foreach (var waiting in execution.Inbox)
        {
            execution.Append(waiting.Event, waiting.Size);
        }

        var row = execution.Row with
        {
            Turn = execution.Row.Turn + 1,
            Consumed = execution.Inbox[^1].Position,
            Updated = now,
            Cascade = recurse && execution.OpenChildren.Count > 0,
        };
        execution.Inbox.Clear();
        change.Write(store => TurnRows.Insert(store, row.ExecutionKey, row.Turn, row.Consumed, bytes));
        Ending.Apply(engine, change, execution, row, Encoded.Of(Events.Completed(now, OrchestrationStatus.Terminated, output, null)));
    }
}
