using Dapr.Actors;

namespace Serverless.DaprTour.Actors;

/// <summary>What a visitor has seen.</summary>
public sealed record Visit(int Visits, int Reminders, int Ticks);

/// <summary>Somebody who comes again.</summary>
public interface IVisitorActor : IActor
{
    /// <summary>Counts a visit; asks for a reminder that comes three times and for a timer that comes while the actor is awake.</summary>
    Task<Visit> EnterAsync();

    /// <summary>What was counted, over all runs of the app.</summary>
    Task<Visit> LookAsync();

    /// <summary>Calls itself so many levels deep, which re-entrancy allows.</summary>
    Task<int> ClimbAsync(int levels);

    /// <summary>Always fails.</summary>
    Task StumbleAsync();
}
