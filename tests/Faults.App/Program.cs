using Dapr.Workflow;
using Serverless.Faults.App;
using Serverless.Faults.App.Actors;
using Serverless.Faults.App.Service;
using Serverless.Faults.App.Workflows;

// The app of the fault tests. Its address, its sidecar and its journal come from the environment, so that whoever restarts it after a kill
// finds it in the same place.
// With arguments it is one of the job service's processes instead.
using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning));
if (Services.Build(args, loggers) is { } service)
{
    await RunAsync(service);
    return;
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddSingleton(loggers);
builder.Services.AddSingleton<Journal>();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddActors(options =>
{
    options.UseJsonSerialization = true;
    options.Actors.RegisterActor<TallyActor>();
});
builder.Services.AddDaprWorkflow(options =>
{
    options.RegisterWorkflow<ErrandWorkflow>();
    options.RegisterWorkflow<SideErrandWorkflow>();
    options.RegisterWorkflow<CollectWorkflow>();
    options.RegisterWorkflow<PatientWorkflow>();
    options.RegisterActivity<CountActivity>();
});

var app = builder.Build();
app.MapActorsHandlers();
await RunAsync(app);

static async Task RunAsync(WebApplication app)
{
    await using (app)
    {
        app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("listening"));
        await app.RunAsync();
    }
}
