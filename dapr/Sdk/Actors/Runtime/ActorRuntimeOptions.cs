using System.Text.Json;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Runtime;

/// <summary>How this app hosts actors. A duration that is null is not sent to the sidecar, which then uses its own default.</summary>
public sealed class ActorRuntimeOptions
{
    /// <summary>The actor types that this app hosts. Default: none.</summary>
    public ActorRegistrationCollection Actors { get; } = [];

    /// <summary>How long an actor may be idle before it is deactivated. Default: null (the sidecar's 60 min).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above zero.</exception>
    public TimeSpan? ActorIdleTimeout
    {
        get;
        set => field = AboveZero(value);
    }

    /// <summary>How often the sidecar looks for idle actors. Default: null (the sidecar's 30 s).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above zero.</exception>
    public TimeSpan? ActorScanInterval
    {
        get;
        set => field = AboveZero(value);
    }

    /// <summary>How long a call in flight may go on when its actor moves to another host. Default: null (the sidecar's 60 s).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above zero.</exception>
    public TimeSpan? DrainOngoingCallTimeout
    {
        get;
        set => field = AboveZero(value);
    }

    /// <summary>Whether the sidecar waits for calls in flight before an actor moves. Default: false, which is not sent.</summary>
    public bool DrainRebalancedActors { get; set; }

    /// <summary>Whether actors may be re-entered. Default: not.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public ActorReentrancyConfig ReentrancyConfig
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value), "ReentrancyConfig cannot be null: set Enabled = false instead.");
    } = new();

    /// <summary>
    /// Whether typed calls carry JSON. Default: false, which the official SDK takes as DataContract binary XML; that format is not supported
    /// here, so an app that hosts actors must set true or it does not start. Proxies must agree.
    /// </summary>
    public bool UseJsonSerialization { get; set; }

    /// <summary>How state, arguments and results become JSON. Default: camel-cased names, read without regard to case.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public JsonSerializerOptions JsonSerializerOptions
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value), "JsonSerializerOptions cannot be null: leave the default instead.");
    } = ActorJson.DefaultOptions;

    /// <summary>The token that the sidecar asks for. Default: <c>DAPR_API_TOKEN</c> of the configuration or environment.</summary>
    public string? DaprApiToken { get; set; }

    /// <summary>Into how many parts the reminders of a type are split. Default: null, which is not sent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int? RemindersStoragePartitions
    {
        get;
        set => field = value is null or >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A number of partitions cannot be negative.");
    }

    /// <summary>The sidecar's address. Default: <c>DAPR_HTTP_ENDPOINT</c>, else <c>DAPR_HTTP_PORT</c> on this host, else port 3500.</summary>
    public string? HttpEndpoint { get; set; }

    private static TimeSpan? AboveZero(TimeSpan? value) =>
        value is null || value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The duration must be above zero; null leaves it to the sidecar.");
}
