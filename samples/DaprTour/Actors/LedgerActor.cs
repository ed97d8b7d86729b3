using Dapr.Actors.Runtime;
using Serverless.DaprTour.Workflows;

namespace Serverless.DaprTour.Actors;

/// <summary>Turns are one at a time and their changes are saved together, so a total and its bookings never disagree.</summary>
[Actor(TypeName = Type)]
public sealed class LedgerActor(ActorHost host) : Actor(host), ILedgerActor
{
    /// <summary>The actor's type.</summary>
    public const string Type = "Ledger";

    /// <summary>Attempts after which the bank answers.</summary>
    public const int FlakyAttempts = 3;

    /// <inheritdoc />
    public async Task<Booking> BookAsync(Charge charge)
    {
        var known = await StateManager.TryGetStateAsync<Booking>(charge.Key);
        var booking = known.HasValue ? known.Value with { Attempt = known.Value.Attempt + 1 } : new Booking(charge.Payment.Amount, 1);
        await StateManager.SetStateAsync(charge.Key, booking);
        if (!known.HasValue)
        {
            await StateManager.AddOrUpdateStateAsync("total", booking.Amount, (_, total) => total + booking.Amount);
        }

        return booking;
    }

    /// <inheritdoc />
    public Task<int> TotalAsync() => StateManager.GetOrAddStateAsync("total", 0);
}
