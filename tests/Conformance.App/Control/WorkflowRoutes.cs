using System.Text.Json;
using Dapr.Workflow;
using Dapr.Workflow.Client;

namespace Serverless.Conformance.App.Control;

/// <summary>The SDK's workflow client, one route per operation.</summary>
internal static class WorkflowRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/workflows/{name}", ScheduleAsync);
        routes.MapGet("/instances/{id}", async (DaprWorkflowClient client, string id, CancellationToken cancellation) =>
            new StateAnswer(await client.GetWorkflowStateAsync(id, cancellation: cancellation)));
        routes.MapGet("/instances/{id}/start", async (DaprWorkflowClient client, string id, CancellationToken cancellation) =>
            new StateAnswer(await client.WaitForWorkflowStartAsync(id, cancellation: cancellation)));
        routes.MapGet("/instances/{id}/completion", CompletionAsync);
        routes.MapPost("/instances/{id}/events/{name}", (DaprWorkflowClient client, string id, string name, Payload payload) =>
            client.RaiseEventAsync(id, name, payload.Value));
        routes.MapPost("/instances/{id}/termination", (DaprWorkflowClient client, string id, Payload payload) => client.TerminateWorkflowAsync(id, payload.Value));
        routes.MapPost("/instances/{id}/suspension", (DaprWorkflowClient client, string id) => client.SuspendWorkflowAsync(id, "the test says so"));
        routes.MapPost("/instances/{id}/resumption", (DaprWorkflowClient client, string id) => client.ResumeWorkflowAsync(id));
        routes.MapGet("/instances", (DaprWorkflowClient client, int pageSize, string? token, CancellationToken cancellation) =>
            client.ListInstanceIdsAsync(token, pageSize, cancellation));
        routes.MapGet("/instances/{id}/history", async (DaprWorkflowClient client, string id, CancellationToken cancellation) =>
            (await client.GetInstanceHistoryAsync(id, cancellation)).Select(item => $"{item.EventType} {item.EventId}"));
        routes.MapPost("/instances/{id}/rerun", (DaprWorkflowClient client, string id, uint eventId, string newId, CancellationToken cancellation) =>
            client.RerunWorkflowFromEventAsync(id, eventId, new RerunWorkflowFromEventOptions { NewInstanceId = newId }, cancellation));
        routes.MapPost("/instances/{id}/purge", (DaprWorkflowClient client, string id) => client.PurgeInstanceAsync(id));
    }

    private static async Task<string> ScheduleAsync(DaprWorkflowClient client, string name, Payload payload, string? id, DateTimeOffset? startAt, CancellationToken cancellation) =>
        await client.ScheduleNewWorkflowAsync(name, id, payload.Value, startAt, cancellation);

    private static async Task<StateAnswer> CompletionAsync(DaprWorkflowClient client, string id, int? patienceInMilliseconds, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patienceInMilliseconds ?? 60_000);
        return new StateAnswer(await client.WaitForWorkflowCompletionAsync(id, cancellation: limit.Token));
    }

    private sealed record StateAnswer(
        bool Exists, string Status, string? Name, bool Running, bool Completed, string? ErrorType, string? ErrorMessage, JsonElement? Input, JsonElement? Output, JsonElement? CustomStatus)
    {
        public StateAnswer(WorkflowState state)
            : this(
                state.Exists, state.RuntimeStatus.ToString(), state.WorkflowName, state.IsWorkflowRunning, state.IsWorkflowCompleted,
                state.FailureDetails?.ErrorType, state.FailureDetails?.ErrorMessage,
                state.Exists ? state.ReadInputAs<JsonElement?>() : null,
                state.Exists ? state.ReadOutputAs<JsonElement?>() : null,
                state.Exists ? state.ReadCustomStatusAs<JsonElement?>() : null)
        {
        }
    }
}
