namespace Dapr.Sidecar.Actors;

/// <summary>A turn that was taken.</summary>
/// <param name="Activation">The actor.</param>
/// <param name="Chain">The re-entrancy id by which calls from within the turn may enter; null where they may not.</param>
internal readonly record struct Turn(Activation Activation, string? Chain);
