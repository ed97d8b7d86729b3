using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace Serverless.Sidecar.Tests.Workflows.Harness;

/// <summary>A turn as a worker sees it: the history so far, and the actions that it adds. Actions that the history has are not sent again.</summary>
internal sealed class Turn
{
    private readonly WorkflowResponse _response;

    public Turn(WorkflowRequest request, IReadOnlyList<HistoryEvent> past)
    {
        Request = request;
        History = [.. past, .. request.NewEvents];
        _response = new WorkflowResponse { InstanceId = request.InstanceId };
        Started = History.Last(known => known.ExecutionStarted is not null).ExecutionStarted;
    }

    public WorkflowRequest Request { get; }

    public IReadOnlyList<HistoryEvent> History { get; }

    public ExecutionStartedEvent Started { get; }

    public string Name => Started.Name;

    public string? Input => Started.Input;

    public IReadOnlyList<string?> Raised(string name) =>
        [.. History.Where(known => known.EventRaised?.Name == name).Select(known => (string?)known.EventRaised.Input)];

    public HistoryEvent? ResultOf(int id) => History.FirstOrDefault(known =>
        known.TaskCompleted?.TaskScheduledId == id || known.TaskFailed?.TaskScheduledId == id || known.TimerFired?.TimerId == id
        || known.ChildWorkflowInstanceCompleted?.TaskScheduledId == id || known.ChildWorkflowInstanceFailed?.TaskScheduledId == id);

    /// <summary>Schedules an activity; gives its result, or null while it has none.</summary>
    public HistoryEvent? Call(int id, string name, string? input = null, string? app = null)
    {
        Add(id, new WorkflowAction { ScheduleTask = new ScheduleTaskAction { Name = name, Input = input, TaskExecutionId = $"{Request.InstanceId}-{id}" } }, app);
        return ResultOf(id);
    }

    public HistoryEvent? Timer(int id, DateTimeOffset due)
    {
        Add(id, new WorkflowAction { CreateTimer = new CreateTimerAction { FireAt = Timestamp.FromDateTimeOffset(due), CreateTimer = new() } });
        return ResultOf(id);
    }

    public HistoryEvent? Child(int id, string name, string instanceId, string? input = null, string? app = null)
    {
        Add(id, new WorkflowAction { CreateChildWorkflow = new CreateChildWorkflowAction { Name = name, InstanceId = instanceId, Input = input } }, app);
        return ResultOf(id);
    }

    public void Send(int id, string instanceId, string name, string? data) =>
        Add(id, new WorkflowAction { SendEvent = new SendEventAction { Instance = new WorkflowInstance { InstanceId = instanceId }, Name = name, Data = data } });

    public void Detach(int id, string name, string instanceId) =>
        Add(id, new WorkflowAction { CreateDetachedWorkflow = new CreateDetachedWorkflowAction { Name = name, InstanceId = instanceId } });

    public void Complete(string? result = null) =>
        _response.Actions.Add(new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = result } });

    public void Fail(string message) => _response.Actions.Add(new WorkflowAction
    {
        CompleteWorkflow = new CompleteWorkflowAction
        {
            WorkflowStatus = OrchestrationStatus.Failed,
            FailureDetails = new TaskFailureDetails { ErrorType = "Broken", ErrorMessage = message },
        },
    });

    public void ContinueAsNew(string? input, params IEnumerable<HistoryEvent> carryover)
    {
        var action = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.ContinuedAsNew, Result = input };
        action.CarryoverEvents.AddRange(carryover);
        _response.Actions.Add(new WorkflowAction { CompleteWorkflow = action });
    }

    public void VersionNotAvailable() => _response.Actions.Add(new WorkflowAction { WorkflowVersionNotAvailable = new() });

    public void Patches(params string[] patches)
    {
        _response.Version = new WorkflowVersion { Name = Name };
        _response.Version.Patches.AddRange(patches);
    }

    public void Status(string status) => _response.CustomStatus = status;

    public WorkflowResponse Response() => _response;

    private void Add(int id, WorkflowAction action, string? app = null)
    {
        if (History.Any(known => known.EventId == id))
        {
            return;
        }

        action.Id = id;
        action.Router = app is null ? null : new TaskRouter { SourceAppID = "app", TargetAppID = app };
        _response.Actions.Add(action);
    }
}
