namespace Dapr.Actors.Runtime;

/// <summary>How a value leaves the cache.</summary>
public class UnloadStateOptions
{
    /// <summary>Whether a value that has changed may be dropped, and its change lost. Default: false.</summary>
    public bool AllowUnloadingWhenStateModified { get; set; }
}
