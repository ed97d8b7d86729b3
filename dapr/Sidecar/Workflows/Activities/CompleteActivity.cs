using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Activities;

/// <summary>A worker has run an activity: its result goes into the workflow's inbox, once.</summary>
internal sealed class CompleteActivity(WorkflowEngine engine)
{
    /// <summary>Ends when the result is durable. One that nobody waits for (any more) is dropped.</summary>
    public async Task RunAsync(string appId, ActivityResponse response)
    {
        ActivityDispatch? activity;
        lock (engine.Gate)
        {
            activity = engine.Dispatcher.TakeActivity(appId, response);
        }

        if (activity is null)
        {
            return;
        }

        engine.Metrics.Activity(appId, engine.Time.GetElapsedTime(activity.SentAt), response.FailureDetails is not null);
        var key = activity.Execution.Key;
        try
        {
            var result = Encoded.Of(ResultOf(activity, response));
            engine.Points.Hit(WorkflowPoints.ActivityCompletedBeforeCommit);
            await engine.ChangeAsync([key], change => Deliver(change, key, activity.Key, result));
        }
        catch
        {
            await AgainAsync(key, activity.Key);
            throw;
        }

        engine.Points.Hit(WorkflowPoints.ActivityCompletedAfterCommit);
    }

    private bool Deliver(Change change, InstanceKey key, ActivityKey activity, Encoded result)
    {
        if (change[key] is { Row.IsFinished: false } execution && execution.Row.ExecutionKey == activity.ExecutionKey && execution.OpenActivities.Remove(activity.TaskId))
        {
            change.Deliver(execution, result);
            change.Then(() => engine.Dispatcher.Wake(execution));
        }

        return true;
    }

    /// <summary>The result was not stored: the activity is still open and runs again.</summary>
    private async Task AgainAsync(InstanceKey key, ActivityKey activity) =>
        await engine.ChangeAsync([key], change =>
        {
            if (change[key] is { Row.IsFinished: false } execution
                && execution.Row.ExecutionKey == activity.ExecutionKey
                && execution.OpenActivities.TryGetValue(activity.TaskId, out var scheduled))
            {
                engine.Dispatcher.Queue(execution, scheduled);
            }

            return true;
        });

    private HistoryEvent ResultOf(ActivityDispatch activity, ActivityResponse response)
    {
        var (id, executionId, now) = (activity.Key.TaskId, activity.Scheduled.TaskScheduled.TaskExecutionId, engine.Now);
        var size = response.CalculateSize();
        return size > engine.MaxPayload
            ? Events.TaskFailed(now, id, executionId, Events.Failure(
                "PayloadSizeExceeded",
                $"The result of the activity '{activity.Scheduled.TaskScheduled.Name}' has {size} bytes, a work item may have {engine.MaxPayload}: "
                + "raise the sidecar's limit, or pass large data by reference."))
            : response.FailureDetails is { } failure
                ? Events.TaskFailed(now, id, executionId, failure)
                : Events.TaskCompleted(now, id, executionId, response.Result);
    }
}
