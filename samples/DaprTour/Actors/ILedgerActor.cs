using Dapr.Actors;
using Serverless.DaprTour.Workflows;

namespace Serverless.DaprTour.Actors;

/// <summary>A charge as it stands in the ledger.</summary>
public sealed record Booking(int Amount, int Attempt);

/// <summary>One traveller's ledger.</summary>
public interface ILedgerActor : IActor
{
    /// <summary>Books a charge under its key, once, and counts the attempts.</summary>
    Task<Booking> BookAsync(Charge charge);

    /// <summary>The sum of what was booked.</summary>
    Task<int> TotalAsync();
}
