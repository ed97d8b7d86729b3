namespace Dapr.SidecarApi;

/// <summary>What a sidecar says about itself.</summary>
public sealed record SidecarMetadata
{
    /// <summary>The id of the app that it serves.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its version. Null: it does not say.</summary>
    public string? RuntimeVersion { get; init; }

    /// <summary>The components that it has loaded.</summary>
    public IReadOnlyList<SidecarComponent> Components { get; init; } = [];

    /// <summary>Its part in hosting actors. Null: it does not say.</summary>
    public SidecarActorRuntime? ActorRuntime { get; init; }

    /// <summary>Its part in running workflows. Null: no worker is connected, which old sidecars say by leaving it out.</summary>
    public SidecarWorkflows? Workflows { get; init; }

    /// <summary>What apps have told it about themselves.</summary>
    public IReadOnlyDictionary<string, string> Extended { get; init; } = new Dictionary<string, string>();
}

/// <summary>A component that a sidecar has loaded.</summary>
/// <param name="Name">Its name, by which apps call it.</param>
/// <param name="Type">Its type, for instance <c>state.sqlite</c>.</param>
/// <param name="Version">The version of its type.</param>
/// <param name="Capabilities">What it can do, for instance <c>ETAG</c>. Null: it does not say.</param>
public sealed record SidecarComponent(string Name, string Type, string? Version, IReadOnlyList<string>? Capabilities);

/// <summary>A sidecar's part in hosting actors.</summary>
/// <param name="RuntimeStatus">For instance <c>RUNNING</c> or <c>DISABLED</c>.</param>
/// <param name="HostReady">Whether its app may be given actors.</param>
/// <param name="ActiveActors">How many actors of each type are active. Null: it does not say.</param>
public sealed record SidecarActorRuntime(string? RuntimeStatus, bool HostReady, IReadOnlyList<SidecarActiveActors>? ActiveActors);

/// <summary>The active actors of a type.</summary>
/// <param name="Type">The type's name.</param>
/// <param name="Count">How many.</param>
public sealed record SidecarActiveActors(string Type, int Count);

/// <summary>A sidecar's part in running workflows.</summary>
/// <param name="ConnectedWorkers">How many workers get work from it.</param>
public sealed record SidecarWorkflows(int ConnectedWorkers);
