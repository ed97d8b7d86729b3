using Dapr.Protocol;
using Dapr.Workflow;
using Google.Protobuf.WellKnownTypes;

namespace Serverless.WorkflowSdk.Tests.Support;

internal static class Actions
{
    public static string Status(this CompleteWorkflowAction action) => action.WorkflowStatus.ToString();
}

/// <summary>
/// One instance as a sidecar keeps it: runs a turn whenever something has happened and writes down what the turn asked for. It checks that
/// a turn that is run twice answers the same.
/// </summary>
internal sealed class Simulator
{
    public const string InstanceId = "sim-1";

    private readonly Func<WorkflowContext, Task<object?>> code;
    private readonly List<HistoryEvent> history = [];

    public Simulator(Func<WorkflowContext, Task<object?>> code, string? input = null)
    {
        this.code = code;
        RunTurn(Events.Started(input));
    }

    public DateTime Now { get; private set; } = Events.Start;

    public IReadOnlyList<HistoryEvent> History => history;

    public List<WorkflowAction> AllActions { get; } = [];

    public List<WorkflowAction> OpenActivities { get; } = [];

    public List<WorkflowAction> OpenTimers { get; } = [];

    public List<WorkflowAction> OpenChildren { get; } = [];

    public string? CustomStatus { get; private set; }

    public CompleteWorkflowAction? Outcome { get; private set; }

    public int Turns { get; private set; }

    public void Complete(int id, string result)
    {
        OpenActivities.RemoveAll(action => action.Id == id).ShouldBe(1, $"activity {id} is not open");
        RunTurn(Events.Completed(id, result));
    }

    public void Fail(int id, string message)
    {
        OpenActivities.RemoveAll(action => action.Id == id).ShouldBe(1, $"activity {id} is not open");
        RunTurn(Events.Failed(id, message));
    }

    public void CompleteChild(int id, string result)
    {
        OpenChildren.RemoveAll(action => action.Id == id).ShouldBe(1, $"child {id} is not open");
        RunTurn(Events.ChildCompleted(id, result));
    }

    public void FailChild(int id, string message)
    {
        OpenChildren.RemoveAll(action => action.Id == id).ShouldBe(1, $"child {id} is not open");
        RunTurn(Events.ChildFailed(id, message));
    }

    public void Fire(int id)
    {
        var timer = OpenTimers.Find(action => action.Id == id).ShouldNotBeNull($"timer {id} is not open");
        OpenTimers.Remove(timer);
        var due = timer.CreateTimer.FireAt.ToDateTime();
        Now = due > Now ? due : Now;
        RunTurn(Events.TimerFired(id, due));
    }

    public void Raise(params HistoryEvent[] events) => RunTurn(events);

    public void RunTurn(params HistoryEvent[] events)
    {
        Now = Now.AddSeconds(1);
        HistoryEvent[] recent = [TurnStart(), .. events];
        var result = Turn.Run(code, history, recent, InstanceId);
        Turn.Run(code, history, recent, InstanceId).Response.ShouldBe(result.Response, "the same turn must answer the same");
        result.Divergence.ShouldBeNull();
        Turns++;
        history.AddRange(recent);
        recent[0].WorkflowStarted.Version = result.Response.Version;
        CustomStatus = result.Response.CustomStatus;
        foreach (var action in result.Actions)
        {
            AllActions.Add(action);
            Apply(action);
        }
    }

    private HistoryEvent TurnStart() => new()
    {
        EventId = -1,
        Timestamp = Timestamp.FromDateTime(Now),
        WorkflowStarted = new WorkflowStartedEvent(),
    };

    private void Apply(WorkflowAction action)
    {
        switch (action.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                history.Add(Events.Scheduled(action.Id, action.ScheduleTask.Name, action.ScheduleTask.TaskExecutionId));
                OpenActivities.Add(action);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                history.Add(Events.TimerCreated(action.Id, action.CreateTimer.FireAt.ToDateTime(), action.CreateTimer.ExternalEvent?.Name));
                OpenTimers.Add(action);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                history.Add(Events.ChildCreated(action.Id, action.CreateChildWorkflow.Name, action.CreateChildWorkflow.InstanceId));
                OpenChildren.Add(action);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.SendEvent:
                history.Add(Events.Sent(action.Id, action.SendEvent.Instance.InstanceId, action.SendEvent.Name));
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow when action.CompleteWorkflow.WorkflowStatus == OrchestrationStatus.ContinuedAsNew:
                Continue(action.CompleteWorkflow);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow:
                Outcome = action.CompleteWorkflow;
                break;
            default:
                throw new InvalidOperationException($"The simulator does not know {action.WorkflowActionTypeCase}.");
        }
    }

    private void Continue(CompleteWorkflowAction next)
    {
        history.Clear();
        OpenActivities.Clear();
        OpenTimers.Clear();
        OpenChildren.Clear();
        RunTurn([Events.Started(next.Result), .. next.CarryoverEvents]);
    }
}
