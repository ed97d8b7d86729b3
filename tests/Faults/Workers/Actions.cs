using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace Serverless.Faults.Tests.Workers;

/// <summary>What a turn may ask for.</summary>
internal static class Actions
{
    public static WorkflowAction Task(int id, string name = "work", string executionId = "") =>
        new() { Id = id, ScheduleTask = new ScheduleTaskAction { Name = name, Input = $"{id}", TaskExecutionId = executionId } };

    public static WorkflowAction Timer(int id, DateTimeOffset fireAt) =>
        new() { Id = id, CreateTimer = new CreateTimerAction { FireAt = fireAt.ToTimestamp(), CreateTimer = new TimerOriginCreateTimer() } };

    public static WorkflowAction Child(int id, string instanceId) =>
        new() { Id = id, CreateChildWorkflow = new CreateChildWorkflowAction { InstanceId = instanceId, Name = "child" } };

    public static WorkflowAction Complete(int id, string result = "\"done\"") =>
        new() { Id = id, CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = result } };

    public static WorkflowAction ContinueAsNew(int id, string input, params IEnumerable<HistoryEvent> carryover) => new()
    {
        Id = id,
        CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.ContinuedAsNew, Result = input, CarryoverEvents = { carryover } },
    };
}
