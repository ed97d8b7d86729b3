namespace Dapr.Actors;

/// <summary>A call through a typed proxy reached the actor and its method threw; the inner exception says what.</summary>
public class ActorMethodInvocationException : DaprApiException
{
    private const string Code = "ERR_ACTOR_INVOKE_METHOD";

    /// <summary>An exception without a message of its own.</summary>
    public ActorMethodInvocationException()
        : base("An actor's method failed.", Code, isTransient: false)
    {
    }

    /// <summary>An exception with a message.</summary>
    public ActorMethodInvocationException(string message, bool isTransient)
        : base(message, Code, isTransient)
    {
    }

    /// <summary>An exception with what the method threw.</summary>
    public ActorMethodInvocationException(string message, Exception? innerException, bool isTransient)
        : base(message, innerException, Code, isTransient)
    {
    }
}
