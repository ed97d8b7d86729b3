using System.Globalization;
using Dapr.Protocol;
using Kind = Dapr.Protocol.HistoryEvent.EventTypeOneofCase;
using Wanted = Dapr.Protocol.WorkflowAction.WorkflowActionTypeOneofCase;

namespace Serverless.Workflows.Tests.Histories;

/// <summary>
/// What a workflow asks for, in words: as a history has it, and as a worker answers. What must not change while an instance runs is in them, and no
/// inputs: a later code may say more to an activity.
/// </summary>
internal static class Steps
{
    /// <summary>What an event recorded.</summary>
    public static string Of(HistoryEvent entry) => entry.EventTypeCase switch
    {
        Kind.TaskScheduled => Activity(entry.EventId, entry.TaskScheduled.Name),
        Kind.TimerCreated => Timer(entry.EventId),
        Kind.ChildWorkflowInstanceCreated => Child(entry.EventId, entry.ChildWorkflowInstanceCreated.Name, entry.ChildWorkflowInstanceCreated.InstanceId),
        Kind.EventSent => Event(entry.EventId, entry.EventSent.Name, entry.EventSent.InstanceId),
        Kind.ExecutionCompleted => End(entry.ExecutionCompleted.WorkflowStatus, entry.ExecutionCompleted.Result),
        _ => throw new ArgumentException($"{entry.EventTypeCase} is nothing that a workflow asks for.", nameof(entry)),
    };

    /// <summary>What an action asks for.</summary>
    public static string Of(WorkflowAction action) => action.WorkflowActionTypeCase switch
    {
        Wanted.ScheduleTask => Activity(action.Id, action.ScheduleTask.Name),
        Wanted.CreateTimer => Timer(action.Id),
        Wanted.CreateChildWorkflow => Child(action.Id, action.CreateChildWorkflow.Name, action.CreateChildWorkflow.InstanceId),
        Wanted.SendEvent => Event(action.Id, action.SendEvent.Name, action.SendEvent.Instance.InstanceId),
        Wanted.CompleteWorkflow => End(action.CompleteWorkflow.WorkflowStatus, action.CompleteWorkflow.Result),
        Wanted.WorkflowVersionNotAvailable => Divergence(action.Id),
        _ => throw new ArgumentException($"Workflows of jobs never ask for {action.WorkflowActionTypeCase}.", nameof(action)),
    };

    /// <summary>The code does not agree with its history, from the event of an id on.</summary>
    public static string Divergence(int id) => Line($"another history than this code's from {id} on");

    private static string Activity(int id, string name) => Line($"{id} activity {name}");

    private static string Timer(int id) => Line($"{id} timer");

    private static string Child(int id, string name, string instance) => Line($"{id} child {name} as {instance}");

    private static string Event(int id, string name, string instance) => Line($"{id} event {name} to {instance}");

    private static string End(OrchestrationStatus status, string? result) => Line($"end {status} {result}");

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
