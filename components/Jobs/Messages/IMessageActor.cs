using Dapr.Actors;

namespace Serverless.Jobs.Messages;

/// <summary>
/// Counts the attempts at a message of the queue that is no job yet, whatever its broker counts. Id = hash of the content, so that a message that was
/// put back by hand or twice is the same one. Forgotten once the message has ended.
/// </summary>
public interface IMessageActor : IActor
{
    /// <summary>Actor type.</summary>
    const string ActorType = "Message";

    /// <summary>An attempt begins: counted, durably, before anything is done, since the attempt may be this process's last. Gives it with those before.</summary>
    Task<MessageAttempts> BeginAsync();

    /// <summary>The attempt failed in a way that nobody foresaw.</summary>
    Task FailAsync(string reason);

    /// <summary>The message has become a job or a dead letter, or what stopped it has nothing to do with it.</summary>
    Task EndAsync();
}

/// <summary>The attempts at a message.</summary>
/// <param name="Count">How many began.</param>
/// <param name="LastFailure">Why the last one failed that could say so.</param>
public sealed record MessageAttempts(int Count, string? LastFailure = null);
