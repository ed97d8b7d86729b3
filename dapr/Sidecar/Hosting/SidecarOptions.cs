using System.Net;

namespace Dapr.Sidecar;

/// <summary>What a sidecar serves, and where it keeps it.</summary>
public sealed class SidecarOptions
{
    /// <summary>The apps that the sidecar serves, each with ports of its own. At least one; ids are distinct.</summary>
    public required IReadOnlyList<SidecarAppOptions> Apps { get; init; }

    /// <summary>The SQLite file of actors, workflows and reminders; one process owns it. Default: null, in memory: nothing outlives the process.</summary>
    public string? StateFile { get; init; }

    /// <summary>Whether what was acknowledged survives a power cut (each commit waits for the disk), not only a crash of the process. Default: true.</summary>
    public bool Fsync { get; init; } = true;

    /// <summary>Files and folders of component, Configuration and Resiliency YAML. Default: none.</summary>
    public IReadOnlyList<string> ComponentPaths { get; init; } = [];

    /// <summary>The address that all ports are bound to. Default: 127.0.0.1.</summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The token that callers must show in <c>dapr-api-token</c>. Default: null, none is asked.</summary>
    public string? ApiToken { get; init; }

    /// <summary>The token that the sidecar shows to its apps in <c>dapr-api-token</c>. Default: null, none is sent.</summary>
    public string? AppApiToken { get; init; }

    /// <summary>
    /// Bytes of a request, and of what one work item of a workflow may hold; a workflow that would need more is STALLED until this is raised.
    /// Workers must accept messages of that size. Default: 4 MiB, as daprd's and what gRPC clients accept by default.
    /// </summary>
    public int MaxBodySize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Turns of workflows that one worker's stream has at a time. Default: 100, as many as Dapr's SDKs run at once.</summary>
    public int MaxTurnsPerWorker { get; init; } = 100;

    /// <summary>Activities that one worker's stream has at a time. Default: 100, as many as Dapr's SDKs run at once.</summary>
    public int MaxActivitiesPerWorker { get; init; } = 100;

    /// <summary>How long workflows are kept after they ended. Default: for ever, until they are purged.</summary>
    public WorkflowRetention WorkflowRetention { get; init; } = new();

    /// <summary>Called at each named point of the sidecar's write paths, for fault tests. Default: null.</summary>
    public Action<string>? OnPoint { get; init; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>An app beside the sidecar.</summary>
public sealed class SidecarAppOptions
{
    /// <summary>The app's id, as other apps call it.</summary>
    public required string AppId { get; init; }

    /// <summary>The port on which the app listens for the sidecar's calls (HTTP/1.1). Default: null, the app is called never.</summary>
    public int? AppPort { get; init; }

    /// <summary>The port of Dapr's HTTP API for this app. Default: 0, one that is free.</summary>
    public int HttpPort { get; init; }

    /// <summary>The port of Dapr's gRPC API for this app (HTTP/2 without TLS). Default: 0, one that is free.</summary>
    public int GrpcPort { get; init; }
}
