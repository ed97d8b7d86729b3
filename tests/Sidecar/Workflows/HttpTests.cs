using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapr.Protocol.Runtime;
using Grpc.Net.Client;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

public sealed class HttpTests
{
    private static readonly WorkerScript _script = new WorkerScript().Workflow("Collector", turn =>
    {
        if (turn.Raised("go") is [var data, ..])
        {
            turn.Complete(data);
        }
    });

    [Theory]
    [InlineData("v1.0")]
    [InlineData("v1.0-beta1")]
    public async Task A_workflow_is_managed_over_HTTP(string version)
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(_script);
        using var http = new HttpClient { BaseAddress = new Uri(host.Sidecar.HttpEndpoint("app"), $"/{version}/workflows/dapr/") };

        var started = await http.PostAsync(new Uri("Collector/start?instanceID=c-1", UriKind.Relative), new StringContent("{\"a\":1}"));
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await started.Content.ReadFromJsonAsync<JsonObject>())!.ToJsonString().ShouldBe("""{"instanceID":"c-1"}""");
        (await PostAsync(http, "c-1/pause")).ShouldBe(HttpStatusCode.Accepted);
        (await GetAsync(http, "c-1"))["runtimeStatus"]!.GetValue<string>().ShouldBe("SUSPENDED");
        (await PostAsync(http, "c-1/resume")).ShouldBe(HttpStatusCode.Accepted);
        (await PostAsync(http, "c-1/raiseEvent/go", "\"data\"")).ShouldBe(HttpStatusCode.Accepted);
        await host.EndAsync("c-1");

        var shown = await GetAsync(http, "c-1");
        shown["instanceID"]!.GetValue<string>().ShouldBe("c-1");
        shown["workflowName"]!.GetValue<string>().ShouldBe("Collector");
        shown["runtimeStatus"]!.GetValue<string>().ShouldBe("COMPLETED");
        shown["properties"]!["dapr.workflow.input"]!.GetValue<string>().ShouldBe("{\"a\":1}");
        shown["properties"]!["dapr.workflow.output"]!.GetValue<string>().ShouldBe("\"data\"");
        DateTimeOffset.Parse(shown["createdAt"]!.GetValue<string>()).Offset.ShouldBe(TimeSpan.Zero);
        (await PostAsync(http, "c-1/purge")).ShouldBe(HttpStatusCode.Accepted);
        (await PostAsync(http, "c-1/terminate")).ShouldBe(HttpStatusCode.NotFound);
        (await http.GetAsync(new Uri("c-1", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(http, "Collector/start?instanceID=a%2Fb")).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Metadata_counts_the_connected_workers_over_HTTP_and_gRPC()
    {
        await using var host = await WorkflowHost.StartAsync(inMemory: true);
        using var http = new HttpClient { BaseAddress = host.Sidecar.HttpEndpoint("app") };
        using var channel = GrpcChannel.ForAddress(host.Sidecar.GrpcEndpoint("app"));
        var runtime = new global::Dapr.Protocol.Runtime.Dapr.DaprClient(channel);
        (await GetAsync(http, "v1.0/metadata"))["workflows"].ShouldBeNull();

        await using (await host.ConnectAsync(_script))
        {
            (await GetAsync(http, "v1.0/metadata"))["workflows"]!["connectedWorkers"]!.GetValue<int>().ShouldBe(1);
            await runtime.SetMetadataAsync(new SetMetadataRequest { Key = "team", Value = "blue" });
            var metadata = await runtime.GetMetadataAsync(new GetMetadataRequest());
            metadata.Id.ShouldBe("app");
            metadata.Workflows.ConnectedWorkers.ShouldBe(1);
            metadata.ExtendedMetadata["team"].ShouldBe("blue");
        }

        await Eventually.AsyncAsync(
            async () => (await GetAsync(http, "v1.0/metadata"))["workflows"] is null, () => "The worker that has gone is still counted.");
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, string path, string body = "") =>
        (await http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body))).StatusCode;

    private static async Task<JsonObject> GetAsync(HttpClient http, string path) => (await http.GetFromJsonAsync<JsonObject>(new Uri(path, UriKind.Relative)))!;
}
