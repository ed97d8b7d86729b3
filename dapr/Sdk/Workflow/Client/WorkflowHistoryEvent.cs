namespace Dapr.Workflow.Client;

/// <summary>Something that has happened to an instance.</summary>
/// <param name="EventId">The id of the action that the event records; -1 for events that record none.</param>
/// <param name="EventType">What happened.</param>
/// <param name="Timestamp">When. UTC.</param>
public sealed record WorkflowHistoryEvent(int EventId, WorkflowHistoryEventType EventType, DateTime Timestamp);
