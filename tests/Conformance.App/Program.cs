using Dapr.Workflow;
using Serverless.Conformance.App;
using Serverless.Conformance.App.Actors;
using Serverless.Conformance.App.Control;
using Serverless.Conformance.App.Workflows;

// An app with every feature of Dapr's actors and workflows in it, driven by the tests through /control. Its sidecar and its own address
// come from the environment, as everywhere with Dapr.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders().AddProvider(new JournalLoggerProvider());
builder.Services.AddDaprWorkflow(WorkflowCatalog.Register);
builder.Services.AddActors(options => ActorCatalog.Register(options, defaults: Environment.GetEnvironmentVariable("CONFORMANCE_ACTORS") == "defaults"));
builder.Services.AddSingleton<Greeting>();

var app = builder.Build();
app.MapActorsHandlers();
var control = app.MapGroup("/control").AddEndpointFilter(ErrorAnswers.Translate);
WorkflowRoutes.Map(control);
ActorRoutes.Map(control);
TypedActorRoutes.Map(control);
JournalRoutes.Map(control);
RetryPolicyRoutes.Map(control);
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("listening"));
await app.RunAsync();
