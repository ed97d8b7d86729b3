using Dapr.Protocol;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serverless.Processing.Jobs;

namespace Serverless.Workflows.Tests.Histories;

/// <summary>A worker with today's workflows, which is asked about histories of an earlier day.</summary>
internal sealed class Replayer : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ReplaySidecar _sidecar;

    private Replayer(IHost host, ReplaySidecar sidecar) => (_host, _sidecar) = (host, sidecar);

    public static async Task<Replayer> StartAsync()
    {
        var sidecar = await ReplaySidecar.StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("DAPR_GRPC_ENDPOINT", sidecar.Address)]);
        builder.Logging.ClearProviders();
        builder.Services.AddJobWorkflows(new JobRunnerOptions());
        var host = builder.Build();
        await host.StartAsync();
        return new Replayer(host, sidecar);
    }

    /// <summary>What today's code does after what was before and what is new.</summary>
    public async Task<IReadOnlyList<WorkflowAction>> AskAsync(string instanceId, IEnumerable<HistoryEvent> past, IEnumerable<HistoryEvent> news)
    {
        var answer = await _sidecar.AskAsync(new WorkflowRequest { InstanceId = instanceId, PastEvents = { past }, NewEvents = { news } });
        answer.InstanceId.ShouldBe(instanceId);
        return answer.Actions;
    }

    public async ValueTask DisposeAsync()
    {
        await _sidecar.DisposeAsync();
        await _host.StopAsync();
        _host.Dispose();
    }
}
