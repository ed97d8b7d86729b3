namespace Dapr.Sidecar.Actors;

internal static partial class DeactivationLog
{
    [LoggerMessage(2001, LogLevel.Warning, "Actor {Actor} could not be deactivated in its app: {Reason}")]
    public static partial void DeactivationFailed(this ILogger<Deactivation> log, ActorKey actor, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "Actor {Actor} moves to another app although its turn runs on (waited at most {Timeout})")]
    public static partial void NotDrained(this ILogger<Deactivation> log, ActorKey actor, TimeSpan timeout);
}
