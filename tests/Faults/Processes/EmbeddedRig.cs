using Dapr.Sidecar;
using Serverless.Faults.Tests.Calls;

namespace Serverless.Faults.Tests.Processes;

/// <summary>The sidecar in this process, where a test can make its store fail, and the app as a process.</summary>
internal sealed class EmbeddedRig : IRig, IAsyncDisposable
{
    private const string AppId = "faults";

    private readonly TemporaryFolder _folder;
    private readonly EmbeddedSidecar _sidecar;
    private readonly AppProcess _app;
    private readonly Supervisor _apps;

    private EmbeddedRig(TemporaryFolder folder, EmbeddedSidecar sidecar, int appPort)
    {
        (_folder, _sidecar) = (folder, sidecar);
        _app = new AppProcess(folder, appPort, sidecar.HttpEndpoint(AppId), sidecar.GrpcEndpoint(AppId));
        _apps = new Supervisor("the app", _app.Start);
        Workflows = new WorkflowCalls(sidecar.GrpcEndpoint(AppId), () => Text);
        Actors = new ActorCalls(sidecar.HttpEndpoint(AppId), () => Text);
    }

    public WorkflowCalls Workflows { get; }

    public ActorCalls Actors { get; }

    public string Text => _apps.Text;

    public static async Task<EmbeddedRig> StartAsync(Action<string> onPoint)
    {
        var folder = new TemporaryFolder();
        var appPort = FixedPorts.Next();
        var sidecar = await EmbeddedSidecar.StartAsync(new SidecarOptions
        {
            Apps = [new SidecarAppOptions { AppId = AppId, AppPort = appPort }],
            StateFile = folder["state.db"],
            OnPoint = onPoint,
        });
        var rig = new EmbeddedRig(folder, sidecar, appPort);
        await rig._apps.StartAsync();
        return rig;
    }

    public IReadOnlyList<string[]> Journals() => _app.Journals();

    public async ValueTask DisposeAsync()
    {
        await _apps.DisposeAsync();
        await _sidecar.DisposeAsync();
        Workflows.Dispose();
        Actors.Dispose();
        _folder.Dispose();
    }
}
