using Microsoft.Data.Sqlite;
using Serverless.Faults.Tests.Calls;
using Serverless.Storage;

namespace Serverless.Faults.Tests.Processes;

/// <summary>The sidecar and the app as two supervised processes on fixed ports over one state file.</summary>
internal sealed class Rig : IRig, IAsyncDisposable
{
    private const string AppId = "faults";

    private static readonly string Program = ServiceProcess.PathOf("services/Cli", "serverless.dll");

    private readonly TemporaryFolder _folder = new();
    private readonly int _appPort = FixedPorts.Next(), _httpPort = FixedPorts.Next(), _grpcPort = FixedPorts.Next();
    private readonly AppProcess _app;

    private Rig(string? stateFile)
    {
        StateFile = stateFile ?? _folder["state.db"];
        Uri http = new($"http://127.0.0.1:{_httpPort}"), grpc = new($"http://127.0.0.1:{_grpcPort}");
        _app = new AppProcess(_folder, _appPort, http, grpc);
        Sidecar = new Supervisor("the sidecar", (_, failpoint) => StartSidecar(failpoint));
        App = new Supervisor("the app", _app.Start);
        Workflows = new WorkflowCalls(grpc, () => Text);
        Actors = new ActorCalls(http, () => Text);
    }

    public Supervisor Sidecar { get; }

    public Supervisor App { get; }

    public WorkflowCalls Workflows { get; }

    public ActorCalls Actors { get; }

    /// <summary>The sidecar's state.</summary>
    public string StateFile { get; }

    public string Text => $"{Sidecar.Text}\n{App.Text}";

    /// <summary>Starts both processes.</summary>
    public static async Task<Rig> StartAsync(string? stateFile = null)
    {
        var rig = new Rig(stateFile);
        try
        {
            await Task.WhenAll(rig.Sidecar.StartAsync(), rig.App.StartAsync());
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the sidecar by kill -9, does something to its state file, and lets it start again.</summary>
    public Task EditStateAsync(Action<SqliteConnection> edit) => Sidecar.KillForAsync(() =>
    {
        using var connection = OpenState();
        edit(connection);
    });

    /// <summary>The state file by SQLite's own means.</summary>
    public SqliteConnection OpenState()
    {
        var connection = new SqliteConnection($"Data Source={StateFile};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>One more sidecar, unsupervised, that wants a state file for itself.</summary>
    public static ServiceProcess StartSidecarOn(string stateFile) => ServiceProcess.Start(
        Program,
        new Dictionary<string, string>(),
        "sidecar", "--app-id", "other", "--dapr-http-port", "0", "--dapr-grpc-port", "0", "--state", stateFile, "--output", "json");

    public IReadOnlyList<string[]> Journals() => _app.Journals();

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Sidecar.DisposeAsync();
        Workflows.Dispose();
        Actors.Dispose();
        _folder.Dispose();
    }

    private ServiceProcess StartSidecar(string? failpoint) => ServiceProcess.Start(
        Program,
        new Dictionary<string, string> { [Failpoints.Variable] = failpoint ?? "" },
        "sidecar", "--app-id", AppId, "--app-port", $"{_appPort}", "--dapr-http-port", $"{_httpPort}", "--dapr-grpc-port", $"{_grpcPort}",
        "--state", StateFile, "--output", "json");
}
