using System.Text.Json;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.JavaScript;

/// <summary>The package grpc-js as an independent peer: a client of the sidecar, and a server for the SDK's worker and client.</summary>
public sealed class GrpcPeerTests(GrpcPeerTests.Run run) : IClassFixture<GrpcPeerTests.Run>
{
    private static readonly string[] Scenarios =
    [
        "unary call answers",
        "deadline ends a call that waits",
        "cancellation ends a stream",
        "message over the limit is refused",
        "call without the token is refused",
        "method that is not there is unimplemented",
        "error carries its text",
    ];

    private static readonly string Protos = Clone.PathOf("dapr", "Protocol");

    public static TheoryData<string> Names => [.. Scenarios];

    [Theory, MemberData(nameof(Names))]
    public async Task Scenario(string name)
    {
        var outcomes = await run.OutcomesAsync();
        outcomes.Keys.ShouldContain(name);
        outcomes[name].ShouldBeNull();
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task The_workflow_SDK_works_with_a_service_of_grpc_js(Sdk sdk)
    {
        AppProcess.Require(sdk);
        await using var server = ChildProcess.Start("node", [Clone.PathOf("tests", "Conformance", "Dapr", "JavaScript", "peers", "grpc-server.mjs"), Protos]);
        var port = JsonDocument.Parse(await server.FirstLineAsync()).RootElement.GetProperty("port").GetInt32();
        await using var app = await AppProcess.StartAsync(
            sdk, new Uri("http://127.0.0.1:1"), new Uri($"http://127.0.0.1:{port}"), Sidecar.FreePort(), new Dictionary<string, string> { ["DAPR_API_TOKEN"] = "shown" });

        var id = await app.PostAsync<string>("workflows/Greeter?id=peer", new { value = "grpc-js" });
        var state = await app.GetAsync<StateView>($"instances/{id}/completion");
        state.Status.ShouldBe("Completed", server.Text);
        state.OutputAs<string>().ShouldBe("Hello, grpc-js (1)");

        var said = server.Text;
        said.ShouldContain("""{"started":"Greeter","token":"shown"}""");
        said.ShouldContain("""{"turn":["scheduleTask"],"token":"turn-peer"}""");
        said.ShouldContain("""{"activity":0,"result":"\"Hello, grpc-js\"","token":"task-peer"}""");
        said.ShouldContain("""{"turn":["completeWorkflow"],"token":"turn-peer"}""");

        (await app.GetAsync<StateView>("instances/nobody")).Exists.ShouldBeFalse();
        var refusal = await Should.ThrowAsync<AppErrorException>(() => app.PostAsync<JsonElement>("instances/nobody/events/x", new { }));
        refusal.Error.Message.ShouldContain("no such instance exists");
    }

    /// <summary>One sidecar that asks for a token, and one run of the client for all tests.</summary>
    public sealed class Run : IAsyncDisposable
    {
        private const string AppId = "grpc-peer";

        private readonly Lazy<Task<IReadOnlyDictionary<string, string?>>> _outcomes;
        private Sidecar? _sidecar;

        public Run()
        {
            _outcomes = new Lazy<Task<IReadOnlyDictionary<string, string?>>>(StartAsync);
        }

        internal Task<IReadOnlyDictionary<string, string?>> OutcomesAsync() => _outcomes.Value;

        public async ValueTask DisposeAsync()
        {
            if (_sidecar is not null)
            {
                await _sidecar.DisposeAsync();
            }
        }

        private async Task<IReadOnlyDictionary<string, string?>> StartAsync()
        {
            const int MaxBytes = 64 << 10;
            Assert.SkipWhen(ExternalSidecar.FromEnvironment() is not null, "the limits and the token of a sidecar that somebody else runs are not known");
            _sidecar = await Sidecar.StartAsync(SuitePart.JavaScript, ["--max-body-size", $"{MaxBytes}"], new Dictionary<string, string> { ["DAPR_API_TOKEN"] = "secret" }, AppId);
            return await ScenarioProcess.RunAsync("grpc-client.mjs", environment: null, $"{_sidecar.Of(AppId).Grpc.Port}", "secret", Protos, $"{MaxBytes}");
        }
    }
}
