namespace Dapr.Sidecar.Actors.Timers;

internal static partial class ActorTimersLog
{
    [LoggerMessage(2101, LogLevel.Warning, "Timer {Timer} of actor {Actor} failed; it comes again at its next time, if it has one: {Reason}")]
    public static partial void TimerFailed(this ILogger<ActorTimers> log, string timer, ActorKey actor, string reason);
}
