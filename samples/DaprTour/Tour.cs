using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.SidecarApi;
using Dapr.Workflow;
using Dapr.Workflow.Client;
using Serverless.DaprTour.Actors;
using Serverless.DaprTour.Workflows;

namespace Serverless.DaprTour;

/// <summary>Goes through what there is and tells what it sees.</summary>
internal static class Tour
{
    private static readonly string[] Cities = ["Lisbon", "Kyoto", "Bergen", "Quito", "Tartu"];

    public static async Task RunAsync(IServiceProvider services, TextWriter output)
    {
        var workflows = services.GetRequiredService<DaprWorkflowClient>();
        var actors = services.GetRequiredService<IActorProxyFactory>();

        var visitor = actors.CreateActorProxy<IVisitorActor>(new ActorId("ada"), VisitorActor.Type);
        var visit = await visitor.EnterAsync();
        await output.WriteLineAsync($"Actor: visit {visit.Visits} of this visitor; earlier runs left {visit.Reminders} reminders and {visit.Ticks} timer ticks.");
        await output.WriteLineAsync($"Actor: climbed {await visitor.ClimbAsync(5)} levels of re-entrant calls.");
        await StumbleAsync(visitor, output);

        await CountDownAsync(workflows, output);
        await TravelAsync(workflows, $"trip-{visit.Visits}", output);

        await services.GetRequiredService<Postcards>().SendAsync(services.GetRequiredService<SidecarClient>(), "ada", output);
        var ledger = actors.CreateActorProxy<ILedgerActor>(new ActorId("ada"), LedgerActor.Type);
        await output.WriteLineAsync($"Actor: the ledger's total is {await ledger.TotalAsync()}.");
        await output.WriteLineAsync("The tour is over. Run it again: it remembers.");
    }

    private static async Task StumbleAsync(IVisitorActor visitor, TextWriter output)
    {
        try
        {
            await visitor.StumbleAsync();
        }
        catch (ActorMethodInvocationException error)
        {
            await output.WriteLineAsync($"Actor: a turn that fails changes nothing (\"{error.InnerException?.Message}\", still {(await visitor.LookAsync()).Visits} visits).");
        }
    }

    /// <summary>A countdown that goes on where an earlier run was killed.</summary>
    private static async Task CountDownAsync(DaprWorkflowClient workflows, TextWriter output)
    {
        const string id = "countdown";
        var state = await workflows.GetWorkflowStateAsync(id);
        if (state is { Exists: true, IsWorkflowCompleted: false })
        {
            await output.WriteLineAsync($"Workflow: the countdown of an earlier run goes on, {state.ReadCustomStatusAs<string>()}.");
        }
        else
        {
            await workflows.ScheduleNewWorkflowAsync(nameof(CountdownWorkflow), id, new Countdown(20, 20));
            await output.WriteLineAsync("Workflow: counting down from 20, a durable timer each; kill me with -9 now and run me again.");
        }

        var done = await workflows.WaitForWorkflowCompletionAsync(id);
        await output.WriteLineAsync($"Workflow: the countdown from {done.ReadOutputAs<int>()} is {done.RuntimeStatus}.");
    }

    private static async Task TravelAsync(DaprWorkflowClient workflows, string id, TextWriter output)
    {
        if (!(await workflows.GetWorkflowStateAsync(id)).Exists)
        {
            await workflows.ScheduleNewWorkflowAsync(nameof(TripWorkflow), id, new Trip("ada", Cities, Budget: 200));
        }

        await workflows.WaitForWorkflowStartAsync(id);
        await workflows.SuspendWorkflowAsync(id, "a pause");
        await workflows.ResumeWorkflowAsync(id, "the pause is over");
        await workflows.RaiseEventAsync(id, "approval", true);
        var trip = await workflows.WaitForWorkflowCompletionAsync(id);
        await output.WriteLineAsync($"Workflow: {id} is {trip.RuntimeStatus} (\"{trip.ReadCustomStatusAs<string>()}\"): {trip.ReadOutputAs<TripPlan>()}");
        var history = await workflows.GetInstanceHistoryAsync(id);
        await output.WriteLineAsync($"Workflow: {history.Count} events, {history.Count(entry => entry.EventType is WorkflowHistoryEventType.TaskCompleted)} activities done.");
    }
}
