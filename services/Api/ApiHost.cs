using System.Net;
using OpenTelemetry.Metrics;
using Serverless.Api.Cluster;
using Serverless.Api.Configuration;
using Serverless.Api.Hosting;
using Serverless.Api.Jobs;
using Serverless.Api.Queue;
using Serverless.Api.Security;
using Serverless.Jobs;
using Serverless.Placement.Hosting;
using Serverless.Processing.Jobs;
using Serverless.Storage.Blobs;
using Serverless.Workflows;

namespace Serverless.Api;

/// <summary>The HTTP API, the workflows and the control actors, in one ASP.NET Core app with two ports.</summary>
public static class ApiHost
{
    /// <summary>Builds the app.</summary>
    /// <param name="options">How it is hosted.</param>
    /// <param name="steps">What planning and finishing need. Default: this product's own.</param>
    /// <param name="loggers">Where it logs. Default: nowhere.</param>
    /// <param name="configure">Changes services: for tests.</param>
    /// <param name="meters">The metrics that <c>/metrics</c> shows. Default: none, and no such route.</param>
    /// <exception cref="FormatException">An option is wrong; the message says how to set it.</exception>
    public static WebApplication Build(
        ApiOptions options, JobRunnerOptions? steps = null, ILoggerFactory? loggers = null, Action<WebApplicationBuilder>? configure = null,
        MeterProvider? meters = null)
    {
        var keys = new ApiKeyFile(options.KeyFile ?? Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()));
        if (!IPAddress.IsLoopback(options.ListenAddress) && keys.Keys.Count == 0)
        {
            throw new FormatException($"{options.ListenAddress} lets other machines in, and there is no API key: make one with serverless keys create, or listen on loopback.");
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.ListenAddress, options.Port);
            kestrel.Listen(IPAddress.Loopback, options.AppPort);
        });
        builder.Logging.ClearProviders();
        if (loggers is not null)
        {
            builder.Services.AddSingleton(loggers);
        }

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddProblems();
        builder.Services.AddApiDocument();
        builder.Services.AddApiSecurity(keys);
        builder.Services.AddSingleton(options);
        builder.Services.AddRateLimits(options.Config);
        builder.Services.AddSidecarClient();
        builder.Services.AddSingleton<SidecarWatchdog>().AddHostedService(provider => provider.GetRequiredService<SidecarWatchdog>());
        builder.Services.AddSingleton(new QueueOptions(options.QueueTenant)).AddSingleton<DeadLetters>().AddSingleton<QueueTrigger>();
        builder.Services.AddJobs(new JobsOptions { StorageRoot = BlobUri.Parse(options.StorageRoot), Tenants = options.Config.Tenants }, WebhookSettings.FromEnvironment());
        builder.Services.AddJobWorkflows(steps ?? new JobRunnerOptions());
        builder.Services.AddPlacement(placement =>
        {
            foreach (var pool in options.Config.NodePools)
            {
                placement.NodePools.Add(pool.ToNodePool());
            }
        });
        builder.Services.AddActors(actors =>
        {
            actors.UseJsonSerialization = true;
            actors.Actors.RegisterJobs();
            actors.AddPlacement();
        });
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseProblems();
        app.UseRouting();
        app.UseMiddleware<PortGate>(options.AppPort);
        app.UseMiddleware<RequestTrace>();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.MapActorsHandlers().AllowAnonymous();
        app.MapHealth();
        app.MapApiDocument();
        app.MapJobs();
        app.MapEvents();
        app.MapShards();
        app.MapResults();
        app.MapCluster();
        app.MapModels();
        QueueTrigger.Map(app);
        if (meters is not null)
        {
            app.MapMetrics(meters);
        }

        return app;
    }
}
