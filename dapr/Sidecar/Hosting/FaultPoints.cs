namespace Dapr.Sidecar.Hosting;

/// <summary>
/// Named points of the write paths at which a test makes the process fail (<see cref="SidecarOptions.OnPoint"/>); free otherwise. Names are
/// <c>sidecar.thing.moment</c> in lower case.
/// </summary>
internal sealed class FaultPoints(SidecarOptions options)
{
    private readonly Action<string>? _hit = options.OnPoint;

    /// <summary>Marks a point.</summary>
    public void Hit(string point) => _hit?.Invoke(point);
}
