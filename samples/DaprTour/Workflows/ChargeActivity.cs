using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Workflow;
using Serverless.DaprTour.Actors;

namespace Serverless.DaprTour.Workflows;

/// <summary>A payment and the key under which it is booked once.</summary>
public sealed record Charge(string Key, Payment Payment);

/// <summary>Books a charge with the traveller's ledger actor, which knows it by its key: a second attempt changes nothing.</summary>
public sealed class ChargeActivity(IActorProxyFactory actors) : WorkflowActivity<Charge, string>
{
    /// <inheritdoc />
    public override async Task<string> RunAsync(WorkflowActivityContext context, Charge input)
    {
        var ledger = actors.CreateActorProxy<ILedgerActor>(new ActorId(input.Payment.Traveller), LedgerActor.Type);
        var booking = await ledger.BookAsync(input);
        return booking.Attempt < LedgerActor.FlakyAttempts
            ? throw new TimeoutException($"The bank did not answer attempt {booking.Attempt}.")
            : $"paid {booking.Amount} at attempt {booking.Attempt}";
    }
}
