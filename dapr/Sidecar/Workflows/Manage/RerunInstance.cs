using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;
using EventCase = Dapr.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>
/// Runs an instance that ended again from one of its activities, timers or children, as a new instance: the history before that event is
/// copied, the event itself is scheduled anew, what came after it is not there.
/// </summary>
internal sealed class RerunInstance(WorkflowEngine engine)
{
    /// <summary>Ends when the new instance is stored; gives its id.</summary>
    /// <exception cref="WorkflowException">The source is missing or runs, has no such event, or the new id is in use.</exception>
    public async Task<string> RunAsync(string appId, RerunWorkflowFromEventRequest request)
    {
        var source = new InstanceKey(appId, request.SourceInstanceID);
        var target = new InstanceKey(appId, request.HasNewInstanceID && request.NewInstanceID.Length > 0 ? request.NewInstanceID : Guid.NewGuid().ToString());
        if (target == source)
        {
            throw new WorkflowException(WorkflowError.Invalid, "An instance cannot be run again under its own id.");
        }

        if (!request.HasNewChildWorkflowInstanceID || request.NewChildWorkflowInstanceID.Length == 0)
        {
            request.NewChildWorkflowInstanceID = Guid.NewGuid().ToString();
        }

        // Which app a child belongs to is known only from the history.
        var children = engine.Apps.All.Select(app => new InstanceKey(app.Id, request.NewChildWorkflowInstanceID));
        engine.Points.Hit(WorkflowPoints.AcceptedBeforeCommit);
        await engine.ChangeAsync([source, target, .. children], change =>
        {
            var old = change[source] ?? throw WorkflowException.NotFound(source);
            if (!old.Row.IsFinished || old.Start is null)
            {
                throw new WorkflowException(WorkflowError.WrongState, $"'{source.InstanceId}' is not in a terminal state: it can be run again once it has ended");
            }

            if (change[target] is { Row.IsFinished: false })
            {
                throw WorkflowException.InUse(target);
            }

            Copy(change, old, target, request);
            return true;
        });
        engine.Points.Hit(WorkflowPoints.AcceptedAfterCommit);
        return target.InstanceId;
    }

    private void Copy(Change change, Execution old, InstanceKey target, RerunWorkflowFromEventRequest request)
    {
        var at = old.History.FindIndex(known => known.EventId == request.EventID
            && known.EventTypeCase is EventCase.TaskScheduled or EventCase.TimerCreated or EventCase.ChildWorkflowInstanceCreated);
        if (at < 0)
        {
            throw new WorkflowException(
                WorkflowError.Invalid, $"'{old.Key.InstanceId}' has no activity, timer or child with the event id {request.EventID} in its history");
        }

        if (old.History[at].EventTypeCase == EventCase.TimerCreated && request.OverwriteInput)
        {
            throw new WorkflowException(WorkflowError.Invalid, "A timer has no input that could be overwritten.");
        }

        var started = old.Start!.ExecutionStarted.Clone();
        started.ParentInstance = null;
        started.ScheduledStartTimestamp = null;
        var created = NewInstance.Of(engine.Sequence.Next(), target, null, engine.Now, started, target.AppId);
        new RerunCopy(engine, change, old, created, at, request).Apply();
    }
}
