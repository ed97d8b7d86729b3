namespace Dapr.Sidecar.Store;

/// <summary>The named points of the store (<see cref="SidecarOptions.OnPoint"/>), below those of what is stored.</summary>
internal static class StorePoints
{
    /// <summary>A batch of turns ran; none of it is stored.</summary>
    public const string BeforeCommit = "sidecar.store.before-commit";

    /// <summary>A batch of turns is stored; nobody knows. An error here is a commit that succeeded although its callers see it fail.</summary>
    public const string AfterCommit = "sidecar.store.after-commit";

    /// <summary>A read of what was committed begins.</summary>
    public const string BeforeRead = "sidecar.store.before-read";
}
