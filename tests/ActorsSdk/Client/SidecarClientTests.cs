using System.Net;
using System.Text;
using Dapr.SidecarApi;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Serverless.ActorsSdk.Tests.Wire;

namespace Serverless.ActorsSdk.Tests.Client;

public sealed class SidecarClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Messages_are_published_as_json_or_as_bytes()
    {
        await using var sidecar = await StartAsync(204, "");
        var client = ClientOf(sidecar);
        await client.PublishAsync("bus", "jobs/done", new { JobId = 7 }, new Dictionary<string, string> { ["ttlInSeconds"] = "5" });
        await client.PublishBytesAsync("bus", "raw", "ab"u8.ToArray(), "text/plain");
        sidecar.Log.ShouldBe(
        [
            "--> POST /v1.0/publish/bus/jobs%2Fdone", "    Content-Type: application/json; charset=utf-8", "    dapr-api-token: secret", "    Content-Length: 11", """    |{"jobId":7}|""",
            "--> POST /v1.0/publish/bus/raw", "    Content-Type: text/plain", "    dapr-api-token: secret", "    Content-Length: 2", "    |ab|",
        ], ignoreOrder: true);
    }

    [Fact]
    public async Task Metadata_of_a_message_is_in_the_query()
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        var query = "";
        sidecar.Intercept = context =>
        {
            query = context.Request.QueryString.Value!;
            return Task.FromResult(true);
        };
        await ClientOf(sidecar).PublishAsync("bus", "t", 1, new Dictionary<string, string> { ["ttlInSeconds"] = "5", ["rawPayload"] = "a b" });
        query.ShouldBe("?metadata.ttlInSeconds=5&metadata.rawPayload=a%20b");
    }

    [Fact]
    public async Task A_binding_answers_with_bytes_and_metadata()
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        sidecar.Intercept = async context =>
        {
            context.Response.Headers["metadata.fileName"] = "x";
            await context.Response.WriteAsync("\"got\"");
            return true;
        };
        var reply = await ClientOf(sidecar).InvokeBindingAsync("files", "get", new { name = "x" }, new Dictionary<string, string> { ["fileName"] = "x" });
        Encoding.UTF8.GetString(reply.Data.Span).ShouldBe("\"got\"");
        reply.Metadata["FILENAME"].ShouldBe("x");
        sidecar.Log.ShouldContain("""    |{"operation":"get","data":{"name":"x"},"metadata":{"fileName":"x"}}|""");
    }

    [Fact]
    public async Task Secrets_are_read_one_by_one_or_all()
    {
        await using var one = await StartAsync(200, """{"password":"p"}""");
        (await ClientOf(one).GetSecretAsync("vault", "db"))["password"].ShouldBe("p");
        await using var none = await StartAsync(204, "");
        (await ClientOf(none).GetSecretAsync("vault", "db")).ShouldBeEmpty();
        await using var all = await StartAsync(200, """{"db":{"password":"p"},"x":{"x":"1"}}""");
        (await ClientOf(all).GetSecretsAsync("vault"))["db"]["password"].ShouldBe("p");
        all.Log.ShouldContain("--> GET /v1.0/secrets/vault/bulk");
    }

    [Fact]
    public async Task Metadata_of_a_sidecar_tells_its_components_actors_and_workers()
    {
        await using var sidecar = await StartAsync(200,
            """
            {"id":"app","runtimeVersion":"1.17.6","components":[{"name":"state","type":"state.sqlite","version":"v1","capabilities":["ETAG"]}],
             "actorRuntime":{"runtimeStatus":"RUNNING","hostReady":true,"activeActors":[{"type":"Job","count":3}]},"workflows":{"connectedWorkers":2},
             "extended":{"k":"v"},"scheduler":{"connected_addresses":["a"]}}
            """);
        var metadata = await ClientOf(sidecar).GetMetadataAsync();
        metadata.Components.ShouldHaveSingleItem().Capabilities.ShouldBe(["ETAG"]);
        metadata.ActorRuntime!.ActiveActors.ShouldHaveSingleItem().ShouldBe(new SidecarActiveActors("Job", 3));
        metadata.Workflows!.ConnectedWorkers.ShouldBe(2);
        (metadata.Id, metadata.RuntimeVersion, metadata.Extended["k"]).ShouldBe(("app", "1.17.6", "v"));
    }

    [Fact]
    public async Task Metadata_without_workers_says_that_there_are_none()
    {
        await using var sidecar = await StartAsync(200, """{"id":"app"}""");
        var metadata = await ClientOf(sidecar).GetMetadataAsync();
        metadata.Workflows.ShouldBeNull();
        metadata.Components.ShouldBeEmpty();
    }

    [Fact]
    public async Task Shutdown_and_labels_are_plain_requests()
    {
        await using var sidecar = await StartAsync(204, "");
        await ClientOf(sidecar).SetMetadataAsync("phase", "ready");
        await ClientOf(sidecar).ShutdownAsync();
        sidecar.Log.ShouldContain("--> PUT /v1.0/metadata/phase");
        sidecar.Log.ShouldContain("    |ready|");
        sidecar.Log.ShouldContain("--> POST /v1.0/shutdown");
    }

    [Fact]
    public async Task Health_is_yes_or_no_and_never_an_error()
    {
        await using var well = await StartAsync(204, "");
        (await ClientOf(well).IsHealthyAsync()).ShouldBeTrue();
        await using var ill = await StartAsync(500, """{"errorCode":"ERR_HEALTH_NOT_READY","message":"no"}""");
        (await ClientOf(ill).IsHealthyAsync()).ShouldBeFalse();
        (await ClientOf(ill).IsOutboundHealthyAsync()).ShouldBeFalse();
        ill.Log.ShouldContain("--> GET /v1.0/healthz/outbound");
        (await new SidecarClient(new SidecarClientOptions { HttpEndpoint = await NobodyAsync() }).IsHealthyAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task An_error_keeps_status_code_and_message()
    {
        await using var sidecar = await StartAsync(400, """{"errorCode":"ERR_PUBSUB_NOT_FOUND","message":"pubsub bus is not found"}""");
        var error = await Should.ThrowAsync<SidecarException>(() => ClientOf(sidecar).PublishAsync("bus", "t", 1));
        (error.Status, error.ErrorCode).ShouldBe((HttpStatusCode.BadRequest, "ERR_PUBSUB_NOT_FOUND"));
        error.Message.ShouldContain("pubsub bus is not found");
    }

    [Fact]
    public async Task A_refused_token_says_which_variable_to_set()
    {
        await using var sidecar = await StartAsync(401, "nope");
        (await Should.ThrowAsync<SidecarException>(() => ClientOf(sidecar).GetMetadataAsync())).Message.ShouldContain("DAPR_API_TOKEN");
    }

    [Fact]
    public async Task A_sidecar_that_is_not_there_is_named()
    {
        var endpoint = await NobodyAsync();
        var error = await Should.ThrowAsync<SidecarException>(() => new SidecarClient(new SidecarClientOptions { HttpEndpoint = endpoint }).GetMetadataAsync());
        error.Message.ShouldContain(endpoint);
        error.Status.ShouldBeNull();
    }

    [Fact]
    public async Task A_call_ends_at_its_deadline()
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sidecar.Intercept = async context =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var time = new FakeTimeProvider();
        var call = new SidecarClient(new SidecarClientOptions { HttpEndpoint = sidecar.Endpoint, Timeout = TimeSpan.FromSeconds(3) }, handler: null, time).GetMetadataAsync();
        await asked.Task.WaitAsync(Patience);
        time.Advance(TimeSpan.FromSeconds(3));
        (await Should.ThrowAsync<TimeoutException>(() => call.WaitAsync(Patience))).Message.ShouldContain("GET metadata within 00:00:03");
    }

    [Theory]
    [InlineData("localhost:3500", "HttpEndpoint")]
    [InlineData("", "HttpEndpoint")]
    public void A_wrong_endpoint_says_how_to_set_it(string endpoint, string option) =>
        Should.Throw<InvalidOperationException>(() => new SidecarClient(new SidecarClientOptions { HttpEndpoint = endpoint })).Message.ShouldContain(option);

    [Fact]
    public void The_configuration_names_endpoint_and_token()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["DAPR_HTTP_PORT"] = "4567", ["DAPR_API_TOKEN"] = "t" }).Build();
        var options = SidecarClientOptions.From(configuration);
        (options.HttpEndpoint, options.ApiToken).ShouldBe(("http://localhost:4567", "t"));
        new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddSidecarClient().BuildServiceProvider().GetRequiredService<SidecarClient>().ShouldNotBeNull();
    }

    private static async Task<FakeSidecar> StartAsync(int status, string body)
    {
        var sidecar = await FakeSidecar.StartAsync();
        sidecar.AlwaysAnswer(status, body);
        return sidecar;
    }

    private static SidecarClient ClientOf(FakeSidecar sidecar) => new(new SidecarClientOptions { HttpEndpoint = sidecar.Endpoint, ApiToken = "secret" });

    /// <summary>An address at which nobody listens any more.</summary>
    private static async Task<string> NobodyAsync()
    {
        var sidecar = await FakeSidecar.StartAsync();
        var endpoint = sidecar.Endpoint;
        await sidecar.DisposeAsync();
        return endpoint;
    }
}
