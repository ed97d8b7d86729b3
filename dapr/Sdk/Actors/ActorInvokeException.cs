namespace Dapr.Actors;

/// <summary>What an actor's method threw on its host: the message, and the type by its name only.</summary>
public class ActorInvokeException : Exception
{
    /// <summary>An exception that knows nothing.</summary>
    public ActorInvokeException()
    {
        ActualExceptionType = "";
    }

    /// <summary>An exception for one thrown remotely.</summary>
    public ActorInvokeException(string actualExceptionType, string message)
        : base(message)
    {
        ActualExceptionType = actualExceptionType;
    }

    /// <summary>The full name of the type of the exception that was thrown.</summary>
    public string ActualExceptionType { get; }
}
