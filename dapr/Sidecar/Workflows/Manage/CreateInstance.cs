using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>Starts an instance. The id of one that ended may be used again: the new one replaces it.</summary>
internal sealed class CreateInstance(WorkflowEngine engine, TerminateChildren terminateChildren)
{
    /// <summary>Ends when the instance is stored, whether or not a worker is there; gives its id.</summary>
    /// <exception cref="WorkflowException">The name is missing or the id is in use.</exception>
    public async Task<string> RunAsync(string appId, CreateInstanceRequest request)
    {
        if (request.Name.Length == 0)
        {
            throw new WorkflowException(WorkflowError.Invalid, "workflow name is not configured");
        }

        var key = new InstanceKey(appId, request.InstanceId.Length > 0 ? request.InstanceId : Guid.NewGuid().ToString());
        var started = new ExecutionStartedEvent
        {
            Name = request.Name,
            Version = request.Version,
            Input = request.Input,
            ScheduledStartTimestamp = request.ScheduledStartTimestamp,
            ParentTraceContext = request.ParentTraceContext,
        };
        started.Tags.Add(request.Tags);
        var instance = NewInstance.Of(engine.Sequence.Next(), key, request.ExecutionId, engine.Now, started, appId);

        // Children of an earlier instance that are still to be terminated could not be found any more once it is replaced.
        await terminateChildren.CascadeAsync(key);
        engine.Points.Hit(WorkflowPoints.AcceptedBeforeCommit);
        await engine.ChangeAsync([key], change =>
        {
            if (change[key] is { Row.IsFinished: false })
            {
                throw WorkflowException.InUse(key);
            }

            Apply(engine, change, instance);
            return true;
        });
        engine.Points.Hit(WorkflowPoints.AcceptedAfterCommit);
        return key.InstanceId;
    }

    /// <summary>Puts an instance in the place of whatever had its id.</summary>
    public static void Apply(WorkflowEngine engine, Change change, NewInstance instance)
    {
        change.Start(instance.Execution, instance.Start);
        if (instance.ScheduledStart?.ToDateTime() is { } due && due > engine.Now)
        {
            var timer = new TimerKey(instance.Key, instance.Execution.Row.ExecutionKey, TimerKey.Start);
            change.Write(store => TimerRows.Insert(store, timer, due));
            change.Then(() => engine.Timers.Set(timer, due));
        }

        change.Then(() =>
        {
            engine.Metrics.Created(instance.Key.AppId);
            engine.Dispatcher.Wake(instance.Execution);
            engine.Waiters.Changed(instance.Key);
        });
    }
}
