using Dapr.Protocol;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;
using ActionCase = Dapr.Protocol.WorkflowAction.WorkflowActionTypeOneofCase;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>Reads the actions of a response, in order.</summary>
internal sealed class TurnReader(WorkflowEngine engine, Execution execution, DateTime now)
{
    private readonly TurnOutcome _outcome = new();

    private InstanceKey Self => execution.Key;

    public TurnOutcome Read(WorkflowResponse response)
    {
        foreach (var action in response.Actions)
        {
            // What follows the end or continue-as-new has no place any more.
            if (_outcome.IsLast)
            {
                break;
            }

            Read(action);
        }

        if (_outcome.ContinueAsNew is not null)
        {
            // Their results would come to an execution that is gone.
            _outcome.Activities.Clear();
            _outcome.Timers.Clear();
            _outcome.Resolutions.Clear();
        }

        return _outcome;
    }

    private void Read(WorkflowAction action)
    {
        switch (action.WorkflowActionTypeCase)
        {
            case ActionCase.ScheduleTask:
                Schedule(action.Id, action.ScheduleTask, AppOf(action, action.ScheduleTask.Router));
                break;
            case ActionCase.CreateTimer:
                CreateTimer(action.Id, action.CreateTimer);
                break;
            case ActionCase.CreateChildWorkflow:
                CreateChild(action.Id, action.CreateChildWorkflow, AppOf(action, action.CreateChildWorkflow.Router));
                break;
            case ActionCase.CreateDetachedWorkflow:
                CreateDetached(action.Id, action.CreateDetachedWorkflow, AppOf(action, action.CreateDetachedWorkflow.Router));
                break;
            case ActionCase.SendEvent:
                Send(action.Id, action.SendEvent, AppOf(action, null));
                break;
            case ActionCase.TerminateWorkflow:
                _outcome.Terminations.Add(new(
                    new(AppOf(action, null), action.TerminateWorkflow.InstanceId), action.TerminateWorkflow.Reason, action.TerminateWorkflow.Recurse));
                break;
            case ActionCase.CompleteWorkflow when action.CompleteWorkflow.WorkflowStatus == OrchestrationStatus.ContinuedAsNew:
                _outcome.ContinueAsNew = action.CompleteWorkflow;
                break;
            case ActionCase.CompleteWorkflow:
                Complete(action.Id, action.CompleteWorkflow);
                break;
        }
    }

    private void Schedule(int id, ScheduleTaskAction task, string app)
    {
        var scheduled = Record(id, new HistoryEvent
        {
            TaskScheduled = new TaskScheduledEvent
            {
                Name = task.Name,
                Version = task.Version,
                Input = task.Input,
                TaskExecutionId = task.TaskExecutionId,
                ParentTraceContext = execution.Start!.ExecutionStarted.ParentTraceContext,
            },
            Router = new TaskRouter { SourceAppID = Self.AppId },
        });
        if (app != Self.AppId)
        {
            scheduled.Router.TargetAppID = app;
        }

        if (FailureOf(app, task.CalculateSize(), $"The input of the activity '{task.Name}'") is { } failure)
        {
            _outcome.Resolutions.Add(Encoded.Of(Instances.Events.TaskFailed(now, id, task.TaskExecutionId, failure)));
        }
        else
        {
            _outcome.Activities.Add(scheduled);
        }
    }

    private void CreateTimer(int id, CreateTimerAction timer)
    {
        var created = new TimerCreatedEvent { FireAt = timer.FireAt };
        if (timer.HasName)
        {
            created.Name = timer.Name;
        }

        switch (timer.OriginCase)
        {
            case CreateTimerAction.OriginOneofCase.CreateTimer:
                created.CreateTimer = timer.CreateTimer;
                break;
            case CreateTimerAction.OriginOneofCase.ExternalEvent:
                created.ExternalEvent = timer.ExternalEvent;
                break;
            case CreateTimerAction.OriginOneofCase.ActivityRetry:
                created.ActivityRetry = timer.ActivityRetry;
                break;
            case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                created.ChildWorkflowRetry = timer.ChildWorkflowRetry;
                break;
        }

        _outcome.Timers.Add(Record(id, new HistoryEvent { TimerCreated = created }));
    }

    private void CreateChild(int id, CreateChildWorkflowAction child, string app)
    {
        var key = new InstanceKey(app, child.InstanceId.Length > 0 ? child.InstanceId : $"{Self.InstanceId}:{id:x4}");
        var trace = execution.Start!.ExecutionStarted.ParentTraceContext;
        var created = Record(id, new HistoryEvent
        {
            ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent
            {
                InstanceId = key.InstanceId,
                Name = child.Name,
                Version = child.Version,
                Input = child.Input,
                ParentTraceContext = trace,
            },
            Router = new TaskRouter { SourceAppID = Self.AppId, TargetAppID = app },
        });
        if (FailureOf(app, 0, "") is { } failure)
        {
            _outcome.Resolutions.Add(Encoded.Of(Instances.Events.ChildFailed(now, id, failure)));
            return;
        }

        var started = new ExecutionStartedEvent
        {
            Name = child.Name,
            Version = child.Version,
            Input = child.Input,
            ParentTraceContext = trace,
            ParentInstance = new ParentInstanceInfo
            {
                TaskScheduledId = id,
                Name = execution.Row.Name,
                Version = execution.Start.ExecutionStarted.Version,
                WorkflowInstance = new WorkflowInstance { InstanceId = Self.InstanceId, ExecutionId = execution.Row.ExecutionId },
                AppID = Self.AppId,
            },
        };
        _outcome.Children.Add(new(created, NewInstance.Of(engine.Sequence.Next(), key, null, now, started, Self.AppId)));
    }

    private void CreateDetached(int id, CreateDetachedWorkflowAction detached, string app)
    {
        Record(id, new HistoryEvent
        {
            DetachedWorkflowInstanceCreated = new DetachedWorkflowInstanceCreatedEvent
            {
                InstanceId = detached.InstanceId,
                Name = detached.Name,
                Version = detached.Version,
                Input = detached.Input,
            },
        });
        if (!engine.Apps.TryGet(app, out _))
        {
            return;
        }

        var started = new ExecutionStartedEvent
        {
            Name = detached.Name,
            Version = detached.Version,
            Input = detached.Input,
            ParentTraceContext = detached.ParentTraceContext,
            ScheduledStartTimestamp = detached.ScheduledStartTimestamp,
        };
        started.Tags.Add(detached.Tags);
        _outcome.Detached.Add(NewInstance.Of(engine.Sequence.Next(), new(app, detached.InstanceId), detached.ExecutionId, now, started, Self.AppId));
    }

    private void Send(int id, SendEventAction sent, string app)
    {
        Record(id, new HistoryEvent { EventSent = new EventSentEvent { InstanceId = sent.Instance.InstanceId, Name = sent.Name, Input = sent.Data } });
        _outcome.Sent.Add(new(new(app, sent.Instance.InstanceId), Encoded.Of(Instances.Events.Raised(now, sent.Name, sent.Data))));
    }

    private void Complete(int id, CompleteWorkflowAction complete) =>
        _outcome.End = Encoded.Of(Instances.Events.Completed(now, complete.WorkflowStatus, complete.Result, complete.FailureDetails, id));

    private HistoryEvent Record(int id, HistoryEvent historyEvent)
    {
        _outcome.Events.Add(Instances.Events.At(now, historyEvent, id));
        return historyEvent;
    }

    private string AppOf(WorkflowAction action, TaskRouter? inner) =>
        inner?.TargetAppID is { Length: > 0 } app ? app : action.Router?.TargetAppID is { Length: > 0 } outer ? outer : Self.AppId;

    private TaskFailureDetails? FailureOf(string app, int size, string what) =>
        !engine.Apps.TryGet(app, out SidecarApp? _)
            ? Instances.Events.Failure("AppNotFound", $"No app '{app}' is served by this sidecar: it serves {string.Join(", ", engine.Apps.All.Select(known => known.Id))}.")
            : size > engine.MaxPayload
                ? Instances.Events.Failure("PayloadSizeExceeded", $"{what} has {size} bytes, a work item may have {engine.MaxPayload}: raise the sidecar's limit, or pass large data by reference.")
                : null;
}
