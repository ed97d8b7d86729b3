using System.Text.Json;
using Dapr.Workflow;

namespace Serverless.Conformance.App.Workflows;

/// <summary>Every workflow and activity of the app.</summary>
internal static class WorkflowCatalog
{
    /// <summary>The activity that answers what it was given.</summary>
    public const string Echo = "Echo";

    public static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<Guids>();
        options.RegisterWorkflow<Clock>();
        options.RegisterWorkflow<Logged>();
        options.RegisterWorkflow<Patched>();
        options.RegisterWorkflow<Squares>();
        options.RegisterWorkflow<FirstOf>();
        options.RegisterWorkflow<Retrying>();
        options.RegisterWorkflow<Parent>();
        options.RegisterWorkflow<CallsMissingActivity>();
        options.RegisterWorkflow<Approval>();
        options.RegisterWorkflow<Inbox>();
        options.RegisterWorkflow<TimedAnswer>();
        options.RegisterWorkflow<Alarm>();
        options.RegisterWorkflow<TimerOrEvent>();
        options.RegisterWorkflow<Signals>();
        options.RegisterWorkflow<Counting>();
        options.RegisterWorkflow<Forgetful>();
        options.RegisterWorkflow<Statuses>();
        options.RegisterWorkflow<Failing>();
        options.RegisterWorkflow<Ordering>();
        options.RegisterWorkflow<Nothing>();
        options.RegisterWorkflow<Greeter>();
        options.RegisterWorkflow<Greeter>("twice");
        options.RegisterWorkflow<Failing>("twice");
        options.RegisterWorkflow<string?, string>("callsMyActivity", (context, input) => context.CallActivityAsync<string>("MyActivity", input));
        options.RegisterWorkflow<string, string>("inline", (_, input) => Task.FromResult($"inline {input}"));

        options.RegisterActivity<JsonElement, JsonElement>(Echo, (_, input) => Task.FromResult(input));
        options.RegisterActivity<Square>();
        options.RegisterActivity<Gate>();
        options.RegisterActivity<Boom>();
        options.RegisterActivity<Greet>();
        options.RegisterActivity<Greet>("MyActivity");
    }
}
