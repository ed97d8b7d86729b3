using Dapr.Common.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Runs an app's workflows and activities: stays connected to the sidecar for as long as the app runs. When the app stops it takes no more
/// work and finishes what it has within the host's time for shutting down.
/// </summary>
internal sealed class WorkflowWorker : BackgroundService
{
    // A connection that held for so long was a good one.
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(10);

    private readonly SidecarConnection sidecar;
    private readonly WorkItemDispatcher dispatcher;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    public WorkflowWorker(
        IServiceProvider services,
        IWorkflowsFactory factory,
        WorkflowRuntimeOptions options,
        IDaprSerializer serializer,
        ILoggerFactory loggers,
        TimeProvider time)
    {
        this.time = time;
        logger = loggers.CreateLogger("Dapr.Workflow.Worker");
        var configuration = services.GetService<IConfiguration>();
        sidecar = new SidecarConnection(
            DaprDefaults.GetDefaultGrpcEndpoint(configuration), DaprDefaults.GetDefaultDaprApiToken(configuration), options.GrpcChannelOptions, time);
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        dispatcher = new WorkItemDispatcher(
            new TurnRunner(sidecar, factory, scopes, serializer, loggers),
            new ActivityRunner(factory, scopes, serializer, logger),
            new CompletionSender(sidecar, time, logger),
            options,
            logger);
    }

    public override void Dispose()
    {
        sidecar.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff();
        while (!stoppingToken.IsCancellationRequested)
        {
            var reason = "the sidecar ended the stream";
            var connectedAt = time.GetTimestamp();
            try
            {
                await new WorkItemStream(sidecar, dispatcher, time, logger).RunAsync(
                    () => Log.Connected(logger, sidecar.Endpoint), stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                reason = failure.Message;
            }

            if (time.GetElapsedTime(connectedAt) > Steady)
            {
                backoff.Reset();
            }

            if (!stoppingToken.IsCancellationRequested)
            {
                var delay = backoff.Next();
                Log.Reconnecting(logger, sidecar.Endpoint, delay, reason);
                await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await dispatcher.DrainAsync().ConfigureAwait(false);
    }
}
