using Dapr.Protocol;
using Dapr.Sidecar;
using Serverless.Faults.Tests.Calls;

namespace Serverless.Faults.Tests.Workers;

/// <summary>A sidecar in this process with raw workers; in memory, unless it has a file.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private const string AppId = "raw";

    private readonly EmbeddedSidecar _sidecar;

    private Bench(EmbeddedSidecar sidecar)
    {
        _sidecar = sidecar;
        Calls = new WorkflowCalls(Address, () => "");
    }

    public Uri Address => _sidecar.GrpcEndpoint(AppId);

    public WorkflowCalls Calls { get; }

    public static async Task<Bench> StartAsync(TimeProvider? time = null, Action<string>? onPoint = null, string? stateFile = null) => new(await EmbeddedSidecar.StartAsync(new SidecarOptions
    {
        Apps = [new SidecarAppOptions { AppId = AppId }], TimeProvider = time ?? TimeProvider.System, OnPoint = onPoint, StateFile = stateFile,
    }));

    /// <summary>Starts an instance and gives its first turn to a worker.</summary>
    public async Task<WorkItem> BeginAsync(RawWorker worker, string id)
    {
        await Calls.StartAsync(id, "raw", "1");
        return await worker.TurnAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Calls.Dispose();
        await _sidecar.DisposeAsync();
    }
}
