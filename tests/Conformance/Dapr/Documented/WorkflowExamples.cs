using System.Net;
using System.Text;
using System.Text.Json;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Documented;

/// <summary>https://docs.dapr.io/reference/api/workflow_api/, with the conformance app as the worker.</summary>
public sealed class WorkflowExamples(Worlds worlds)
{
    [Theory]
    [InlineData("v1.0")]
    [InlineData("v1.0-beta1")]
    public async Task A_workflow_is_started_paused_resumed_told_something_and_purged(string version)
    {
        var world = await worlds.RealAsync(Sdk.Repository);
        var id = SdkWorld.NewId();
        var start = await PostAsync(world, $"/{version}/workflows/dapr/Approval/start?instanceID={id}", HttpStatusCode.Accepted, "{\"x\":1}");
        start.ShouldBe($$"""{"instanceID":"{{id}}"}""");

        await PostAsync(world, $"/{version}/workflows/dapr/{id}/pause", HttpStatusCode.Accepted);
        await Eventually.IsAsync(() => GetAsync(world, $"/{version}/workflows/dapr/{id}"), text => text.Contains("\"SUSPENDED\"", StringComparison.Ordinal), "it is suspended");
        await PostAsync(world, $"/{version}/workflows/dapr/{id}/resume", HttpStatusCode.Accepted);
        await PostAsync(world, $"/{version}/workflows/dapr/{id}/raiseEvent/approved", HttpStatusCode.Accepted, "\"by HTTP\"");
        var state = await Eventually.IsAsync(() => GetAsync(world, $"/{version}/workflows/dapr/{id}"), text => text.Contains("\"COMPLETED\"", StringComparison.Ordinal), "it completed");
        foreach (var property in new[] { "instanceID", "workflowName", "createdAt", "lastUpdatedAt", "runtimeStatus", "properties" })
        {
            state.ShouldContain($"\"{property}\"");
        }

        (await world.StateAsync(id)).OutputAs<string>().ShouldBe("by HTTP");
        await PostAsync(world, $"/{version}/workflows/dapr/{id}/purge", HttpStatusCode.Accepted);
        (await world.StateAsync(id)).Exists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_workflow_is_terminated()
    {
        var world = await worlds.RealAsync(Sdk.Repository);
        var id = await world.ScheduleAsync("Approval");
        await PostAsync(world, $"/v1.0/workflows/dapr/{id}/terminate", HttpStatusCode.Accepted);
        (await world.CompletionAsync(id)).Status.ShouldBe("Terminated");
    }

    [Fact]
    public async Task A_workflow_without_an_id_gets_one()
    {
        var world = await worlds.RealAsync(Sdk.Repository);
        var answer = await PostAsync(world, "/v1.0/workflows/dapr/inline/start", HttpStatusCode.Accepted, "\"x\"");
        var id = JsonDocument.Parse(answer).RootElement.GetProperty("instanceID").GetString()!;
        (await world.CompletionAsync(id)).OutputAs<string>().ShouldBe("inline x");
    }

    [Fact]
    public async Task A_workflow_component_that_is_not_there_is_an_error()
    {
        var world = await worlds.RealAsync(Sdk.Repository);
        using var response = await world.Http.PostAsync(new Uri("/v1.0/workflows/other/Approval/start", UriKind.Relative), null);
        ((int)response.StatusCode).ShouldBeInRange(400, 499);
    }

    private static async Task<string> GetAsync(SdkWorld world, string path) => await world.Http.GetStringAsync(new Uri(path, UriKind.Relative));

    private static async Task<string> PostAsync(SdkWorld world, string path, HttpStatusCode status, string? body = null)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await world.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        return text;
    }
}
