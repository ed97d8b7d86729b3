using Microsoft.Extensions.Logging;

namespace Dapr.Actors.AspNetCore;

internal sealed partial class ActorHandlers
{
    [LoggerMessage(EventId = 10, Level = LogLevel.Error, Message = "{Method} of actor {ActorType}/{ActorId} failed; the caller knows it as {ExceptionId}")]
    private partial void LogTypedCallFailed(Exception exception, string method, string actorType, string actorId, Guid exceptionId);

    [LoggerMessage(EventId = 11, Level = LogLevel.Error, Message = "{Method} of actor {ActorType}/{ActorId} failed; the sidecar is answered with 500")]
    private partial void LogCallFailed(Exception exception, string method, string actorType, string actorId);
}
