using Dapr.Workflow;
using Serverless.Faults.App;
using Serverless.Faults.App.Actors;
using Serverless.Faults.App.Workflows;

// The app of the fault tests. Its address, its sidecar and its journal come from the environment, so that whoever restarts it after a kill
// finds it in the same place.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
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
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("listening"));
await app.RunAsync();
