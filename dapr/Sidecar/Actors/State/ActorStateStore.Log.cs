namespace Dapr.Sidecar.Actors.State;

internal static partial class ActorStateStoreLog
{
    [LoggerMessage(2201, LogLevel.Error, "The stored value of {Key} of actor {Actor} is damaged: it was set aside (table quarantine), reading it is an error until it is written anew")]
    public static partial void StateQuarantined(this ILogger<ActorStateStore> log, ActorKey actor, string key);

    [LoggerMessage(2202, LogLevel.Warning, "Expired actor state could not be removed; tried again in a minute: {Reason}")]
    public static partial void SweepFailed(this ILogger<StateSweep> log, string reason);
}
