namespace Dapr.Actors;

/// <summary>
/// The id of the chain of calls that the current flow serves: a sidecar sends it with a call when re-entrance is on, and calls to other
/// actors carry it on, so that the sidecar lets the chain back in.
/// </summary>
internal static class ActorReentrancyContext
{
    public const string HeaderName = "Dapr-Reentrancy-Id";

    private static readonly AsyncLocal<string?> Id = new();

    public static string? Current
    {
        get => Id.Value;
        set => Id.Value = value;
    }
}
