using Dapr.Workflow;

namespace Serverless.DaprTour.Workflows;

/// <summary>A trip to plan.</summary>
public sealed record Trip(string Traveller, IReadOnlyList<string> Cities, int Budget);

/// <summary>What came of it.</summary>
public sealed record TripPlan(string City, int Price, string Payment, string Reference);

/// <summary>
/// Asks for prices side by side, waits for a person's approval, and lets a child workflow pay. Every step is written to the sidecar's store
/// before the next one begins, so the trip survives a crash of the app, of the sidecar, or of both.
/// </summary>
public sealed class TripWorkflow : Workflow<Trip, TripPlan>
{
    /// <inheritdoc />
    public override async Task<TripPlan> RunAsync(WorkflowContext context, Trip input)
    {
        var logger = context.CreateReplaySafeLogger<TripWorkflow>();
        context.SetCustomStatus("asking for prices");
        var quotes = await context.ProcessInParallelAsync(
            input.Cities, city => context.CallActivityAsync<Quote>(nameof(QuoteActivity), city), maxConcurrency: 4);
        var best = quotes.OrderBy(quote => quote.Price).ThenBy(quote => quote.City, StringComparer.Ordinal).First();
        TourLog.Cheapest(logger, best.City, best.Price);

        if (best.Price > input.Budget)
        {
            throw new InvalidOperationException($"{best.City} costs {best.Price}, the budget is {input.Budget}.");
        }

        context.SetCustomStatus($"waiting for approval of {best.City}");
        var approved = await context.WaitForExternalEventAsync<bool>("approval", TimeSpan.FromMinutes(5));
        if (!approved)
        {
            return new TripPlan(best.City, best.Price, "not approved", "");
        }

        // A change of running code: instances that began before it was deployed go on as they began.
        var cool = context.IsPatched("cooling-off");
        if (cool)
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(500));
        }

        context.SetCustomStatus("paying");
        var payment = await context.CallChildWorkflowAsync<string>(
            nameof(PaymentWorkflow),
            new Payment(input.Traveller, best.Price),
            new ChildWorkflowTaskOptions(InstanceId: $"{context.InstanceId}-payment"));
        context.SetCustomStatus("done");
        return new TripPlan(best.City, best.Price, payment, context.NewGuid().ToString());
    }
}
