namespace Dapr.Sidecar.Actors;

/// <summary>What the actors API answers in place of a result: Dapr's status, error code and text.</summary>
internal sealed class ActorException(int status, string errorCode, string message) : Exception(message)
{
    public int Status => status;

    public string ErrorCode => errorCode;

    /// <summary>A call did not get to an actor, or the actor failed.</summary>
    public static ActorException Invoke(string reason) => new(StatusCodes.Status500InternalServerError, "ERR_ACTOR_INVOKE_METHOD", $"error invoke actor method: {reason}");

    /// <summary>No live app has the type.</summary>
    public static ActorException NoAddress(ActorKey key) =>
        Invoke($"failed to lookup actor: api error: code = FailedPrecondition desc = did not find address for actor '{key}'");

    /// <summary>The sidecar stops.</summary>
    public static ActorException Stopping() => new(StatusCodes.Status503ServiceUnavailable, "ERR_ACTOR_RUNTIME_CLOSED", "actor runtime is closed");

    /// <summary>A chain of calls came back to one actor too often.</summary>
    public static ActorException TooDeep() => new(StatusCodes.Status500InternalServerError, "ERR_ACTOR_STACK_DEPTH", "maximum stack depth exceeded");

    /// <summary>State and timers are for an actor that is active in the app that asks.</summary>
    public static ActorException NotActive() => new(StatusCodes.Status400BadRequest, "ERR_ACTOR_INSTANCE_MISSING", "actor instance is missing");

    /// <summary>A body that is not what the API asks for.</summary>
    public static ActorException Malformed(string reason) =>
        new(StatusCodes.Status400BadRequest, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {reason}");
}
