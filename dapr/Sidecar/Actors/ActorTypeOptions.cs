namespace Dapr.Sidecar.Actors;

/// <summary>How the actors of a type are treated, as their app asks for it.</summary>
/// <param name="IdleTimeout">An actor without a turn for so long is deactivated. Default: 60 minutes.</param>
/// <param name="DrainTimeout">How long a running turn may take when its actor moves to another app. Default: 60 seconds.</param>
/// <param name="DrainRebalanced">Whether a move waits for the running turn at all. Default: true.</param>
/// <param name="Reentrant">Whether an actor may be called again from within its own turn. Default: false.</param>
/// <param name="MaxStackDepth">Calls of one chain that may be on one actor at once. Default: 32.</param>
internal sealed record ActorTypeOptions(TimeSpan IdleTimeout, TimeSpan DrainTimeout, bool DrainRebalanced, bool Reentrant, int MaxStackDepth)
{
    /// <summary>daprd's defaults (https://docs.dapr.io/developing-applications/building-blocks/actors/actors-runtime-config/).</summary>
    public static readonly ActorTypeOptions Default = new(TimeSpan.FromMinutes(60), TimeSpan.FromSeconds(60), DrainRebalanced: true, Reentrant: false, MaxStackDepth: 32);
}
