using Dapr.Workflow;
using Serverless.DaprTour.Actors;
using Serverless.DaprTour.Workflows;

namespace Serverless.DaprTour;

/// <summary>The application: what any ASP.NET Core app on Dapr looks like. Nothing here knows which sidecar or which SDK build it runs on.</summary>
internal static class TourApp
{
    public static WebApplication Build(string[] args, TourSidecar sidecar)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.WebHost.UseUrls($"http://127.0.0.1:{sidecar.AppPort}");
        builder.Configuration.AddInMemoryCollection(sidecar.Endpoints);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSidecarClient();
        builder.Services.AddSingleton<Postcards>();

        builder.Services.AddActors(options =>
        {
            options.UseJsonSerialization = true;
            options.ActorIdleTimeout = TimeSpan.FromMinutes(10);
            options.ReentrancyConfig = new() { Enabled = true, MaxStackDepth = 16 };
            options.Actors.RegisterActor<LedgerActor>();
            options.Actors.RegisterActor<VisitorActor>();
        });
        builder.Services.AddDaprWorkflow(options =>
        {
            options.RegisterWorkflow<TripWorkflow>();
            options.RegisterWorkflow<PaymentWorkflow>();
            options.RegisterWorkflow<CountdownWorkflow>();
            options.RegisterActivity<QuoteActivity>();
            options.RegisterActivity<ChargeActivity>();
        });

        var app = builder.Build();
        app.MapActorsHandlers();
        app.Services.GetRequiredService<Postcards>().Map(app);
        return app;
    }
}
