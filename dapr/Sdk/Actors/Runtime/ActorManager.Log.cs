using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

internal sealed partial class ActorManager
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "Actor {ActorType}/{ActorId} is active")]
    private partial void LogActivated(string actorType, string actorId);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "Actor {ActorType}/{ActorId} is no longer active")]
    private partial void LogDeactivated(string actorType, ActorId actorId);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning,
        Message = "Reminder {Reminder} of {ActorType}/{ActorId} is dropped: the actor's class does not implement IRemindable")]
    private partial void LogNotRemindable(string reminder, string actorType, string actorId);
}
