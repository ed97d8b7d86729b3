using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serverless.Placement.Workers;
using Serverless.Workers.InFlight;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers;

/// <summary>The worker's process: one node, its engines, its actor.</summary>
public static class WorkerHost
{
    /// <summary>Time for what follows the shards when the process ends: leaving the cluster, closing connections.</summary>
    static readonly TimeSpan Closing = TimeSpan.FromSeconds(15);

    /// <summary>Puts a worker together.</summary>
    /// <param name="options">Which one.</param>
    /// <param name="loggers">Where it logs. Default: nowhere.</param>
    public static WebApplication Build(WorkerOptions options, ILoggerFactory? loggers = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.WebHost.UseUrls($"http://127.0.0.1:{options.AppPort}");
        builder.Logging.ClearProviders();
        if (loggers is not null)
            builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(options.TimeProvider);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<ControlPlane>();
        builder.Services.AddSingleton<WorkerNode>();
        builder.Services.AddSingleton<Heartbeat>();
        builder.Services.AddSingleton<LostReports>();
        builder.Services.AddHostedService<WorkerLife>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTime + options.LastReportTime + Closing);
        builder.Services.AddActors(actors =>
        {
            actors.UseJsonSerialization = true;
            if (options.SidecarEndpoint is { } endpoint)
                actors.HttpEndpoint = endpoint;
            actors.Actors.RegisterActor<GpuWorkerActor>(GpuWorkers.TypeOf(options.NodeId));
        });
        var app = builder.Build();
        app.MapActorsHandlers();
        app.MapGet("/healthz/live", () => Results.Ok());
        app.MapGet("/healthz/ready", (Heartbeat heartbeat, WorkerNode node) =>
            node.IsDraining ? NotReady("The worker drains.") : heartbeat.IsHeard ? Results.Ok() : NotReady("The cluster does not hear this worker: the sidecar or the API is away."));
        return app;
    }

    static IResult NotReady(string why) => Results.Problem(why, statusCode: StatusCodes.Status503ServiceUnavailable);

    /// <summary>Runs a worker until it is asked to end, or its engine breaks.</summary>
    /// <param name="options">Which one.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="map">Adds routes on its port. Default: none.</param>
    /// <param name="cancellationToken">Asks it to end, as SIGTERM does.</param>
    /// <returns>The process's exit code: 0, or 1 if the engine is broken and a new process must take its place.</returns>
    public static async Task<int> RunAsync(WorkerOptions options, ILoggerFactory loggers, Action<WebApplication>? map = null, CancellationToken cancellationToken = default)
    {
        await using var app = Build(options, loggers);
        map?.Invoke(app);
        var node = app.Services.GetRequiredService<WorkerNode>();
        await app.RunAsync(cancellationToken);
        return node.Failure is null ? 0 : 1;
    }
}
