namespace Dapr.Sidecar.Actors;

internal static partial class ActorRuntimeLog
{
    [LoggerMessage(2011, LogLevel.Information, "App {App} hosts {Count} actor type(s): {Types}")]
    public static partial void HostUp(this ILogger<ActorRuntime> log, string app, int count, string types);

    [LoggerMessage(2012, LogLevel.Error, "App {App} hosts no actors: {Reason}")]
    public static partial void BadConfig(this ILogger<ActorRuntime> log, string app, string reason);

    [LoggerMessage(2013, LogLevel.Warning, "Actor turns that still ran {Timeout} after the stop began were cut off")]
    public static partial void TurnsCut(this ILogger<ActorRuntime> log, TimeSpan timeout);
}
