using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.JavaScript;

/// <summary>Dapr's official JavaScript SDK as app, worker and client of the sidecar: <c>peers/sdk.mjs</c> holds the scenarios.</summary>
public sealed class JavaScriptSdkTests(JavaScriptSdkTests.Run run) : IClassFixture<JavaScriptSdkTests.Run>
{
    private static readonly string[] Scenarios =
    [
        "actor keeps its state between calls",
        "actor keeps its state when it is deactivated",
        "actor takes several arguments and objects",
        "actor's error is an error of its caller",
        "actor has one turn at a time",
        "actor's timer fires until it is taken back",
        "actor's reminder fires until it is taken back",
        "workflow runs activities one after the other",
        "workflow fans out",
        "workflow has children with and without an id",
        "workflow's timer takes its time",
        "workflow waits for an external event",
        "workflow takes an event that wins against a timer",
        "workflow fails with its activity",
        "workflow tries again",
        "workflow goes on as new",
        "workflow shows a custom status",
        "workflow can be terminated",
        "workflow can be suspended and resumed",
        "workflow can be purged when it ended",
        "workflow starts at its time",
        "state is saved, read, read in bulk and deleted",
        "state changes in a transaction",
        "state with a wrong ETag is refused",
        "messages reach their subscriber",
        "messages in bulk reach their subscriber",
        "service invocation calls an app",
        "secrets are read",
        "metadata names the app and takes what is set",
        "sidecar is healthy over HTTP",
        "sidecar is healthy over gRPC",
        "workflows are managed over HTTP",
    ];

    public static TheoryData<string> Names => [.. Scenarios];

    [Theory, MemberData(nameof(Names))]
    public async Task Scenario(string name)
    {
        var outcomes = await run.OutcomesAsync();
        outcomes.Keys.ShouldContain(name);
        outcomes[name].ShouldBeNull();
    }

    [Fact]
    public async Task Every_scenario_of_the_program_has_its_test() => (await run.OutcomesAsync()).Keys.ShouldBe(Scenarios, ignoreOrder: true);

    /// <summary>One sidecar and one run of the program for all tests.</summary>
    public sealed class Run : IAsyncDisposable
    {
        private const string AppId = "javascript";

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
            var environment = new Dictionary<string, string> { ["CONFORMANCE_SECRET"] = "hidden" };
            _sidecar = await Sidecar.StartAsync(SuitePart.JavaScript, Components.All, environment, AppId);
            var ports = _sidecar.Of(AppId);
            return await ScenarioProcess.RunAsync("sdk.mjs", environment: null, $"{ports.Http.Port}", $"{ports.Grpc.Port}", $"{ports.AppPort}", AppId);
        }
    }
}
