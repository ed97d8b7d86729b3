using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Workflow worker connected to {Endpoint}")]
    public static partial void Connected(ILogger logger, string endpoint);

    [LoggerMessage(2, LogLevel.Warning, "Workflow worker has no connection to {Endpoint} and tries again in {Delay}: {Reason}")]
    public static partial void Reconnecting(ILogger logger, string endpoint, TimeSpan delay, string reason);

    [LoggerMessage(3, LogLevel.Warning, "The sidecar does not answer Hello: {Reason}")]
    public static partial void HelloFailed(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Warning, "{What} could not be delivered (attempt {Attempt}) and is sent again in {Delay}: {Reason}")]
    public static partial void DeliveryFailed(ILogger logger, string what, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(5, LogLevel.Warning, "{What} could not be delivered before the connection ended; the sidecar will ask for it again: {Reason}")]
    public static partial void DeliveryAbandoned(ILogger logger, string what, string reason);

    [LoggerMessage(6, LogLevel.Error,
        "Workflow {Workflow} (instance {InstanceId}) does not fit its history and stalls until code that does is back. Event {Position} "
        + "(id {EventId}) recorded: {Expected}. Now: {Actual}. Bring the old code back, or guard the change with IsPatched.")]
    public static partial void Diverged(
        ILogger logger, string workflow, string instanceId, int position, int eventId, string expected, string actual);

    [LoggerMessage(7, LogLevel.Error, "A workflow awaits what it must not")]
    public static partial void ForeignAwait(ILogger logger, Exception error);

    [LoggerMessage(8, LogLevel.Error, "A turn of instance {InstanceId} could not be run; the sidecar will ask for it again")]
    public static partial void TurnFailed(ILogger logger, Exception error, string instanceId);

    [LoggerMessage(9, LogLevel.Warning, "Activity {Activity} of instance {InstanceId} failed")]
    public static partial void ActivityFailed(ILogger logger, Exception error, string activity, string instanceId);

    [LoggerMessage(10, LogLevel.Warning, "The sidecar sent work of a kind that this worker does not know: {Kind}")]
    public static partial void UnknownWork(ILogger logger, string kind);

    [LoggerMessage(11, LogLevel.Information, "Workflow worker stops: {Running} running turns and activities are finished first")]
    public static partial void Draining(ILogger logger, int running);
}
