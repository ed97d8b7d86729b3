using System.Text.Json;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Client;

/// <summary>How proxies call the sidecar.</summary>
public class ActorProxyOptions
{
    /// <summary>How requests and replies become JSON. Default: camel-cased names, read without regard to case.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public JsonSerializerOptions JsonSerializerOptions
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value), "JsonSerializerOptions cannot be null: leave the default instead.");
    } = ActorJson.DefaultOptions;

    /// <summary>The token that the sidecar asks for. Default: <c>DAPR_API_TOKEN</c>.</summary>
    public string? DaprApiToken { get; set; } = DaprDefaults.GetDefaultDaprApiToken(configuration: null);

    /// <summary>The sidecar's address. Default: <c>DAPR_HTTP_ENDPOINT</c>, else <c>DAPR_HTTP_PORT</c> on this host, else port 3500.</summary>
    public string HttpEndpoint { get; set; } = DaprDefaults.GetDefaultHttpEndpoint();

    /// <summary>How long a call may take. Default: null, which means 100 s.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>
    /// Whether typed proxies send JSON. Default: false, which the official SDK takes as DataContract binary XML; that format is not
    /// supported here, so typed proxies need true, as does the actor's host.
    /// </summary>
    public bool UseJsonSerialization { get; set; }
}
