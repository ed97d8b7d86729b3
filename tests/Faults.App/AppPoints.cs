namespace Serverless.Faults.App;

/// <summary>The points of the app at which a test kills it.</summary>
public static class AppPoints
{
    /// <summary>An activity began; it has no result.</summary>
    public const string ActivityRunning = "app.activity.running";

    /// <summary>An activity has its result, and nobody else does.</summary>
    public const string ActivityComputed = "app.activity.computed";

    /// <summary>A workflow's code runs; what it asks for has not been sent.</summary>
    public const string TurnRunning = "app.workflow.turn-running";

    /// <summary>An actor's turn began; its state is not changed.</summary>
    public const string ActorTurnRunning = "app.actor.turn-running";

    /// <summary>An actor's turn is over but for saving its state.</summary>
    public const string ActorTurnComputed = "app.actor.turn-computed";

    /// <summary>A reminder's turn began.</summary>
    public const string ReminderRunning = "app.actor.reminder-running";
}
