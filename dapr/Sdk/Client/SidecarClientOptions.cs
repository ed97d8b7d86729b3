using Microsoft.Extensions.Configuration;

namespace Dapr.SidecarApi;

/// <summary>Where the sidecar is and how long to wait for it.</summary>
public sealed class SidecarClientOptions
{
    /// <summary>The sidecar's HTTP address. Default: <c>DAPR_HTTP_ENDPOINT</c>, else <c>DAPR_HTTP_PORT</c> on this host, else port 3500.</summary>
    public string HttpEndpoint { get; set; } = Endpoint(configuration: null);

    /// <summary>The token that the sidecar asks for. Default: <c>DAPR_API_TOKEN</c>; without that none is sent.</summary>
    public string? ApiToken { get; set; } = Value(configuration: null, "DAPR_API_TOKEN");

    /// <summary>How long one call may take, its answer's body included. Default: 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The defaults, where a key of the configuration goes before the environment variable of that name.</summary>
    public static SidecarClientOptions From(IConfiguration configuration) =>
        new() { HttpEndpoint = Endpoint(configuration), ApiToken = Value(configuration, "DAPR_API_TOKEN") };

    internal void Validate()
    {
        if (!Uri.TryCreate(HttpEndpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            throw new InvalidOperationException($"The sidecar's address \"{HttpEndpoint}\" is no http or https URL: set HttpEndpoint or DAPR_HTTP_ENDPOINT, as in http://localhost:3500.");
        }

        if (Timeout <= TimeSpan.Zero)
        {
            throw new InvalidOperationException($"Timeout is {Timeout}; a call needs some time, and always a limit: set it above zero.");
        }
    }

    private static string Endpoint(IConfiguration? configuration) =>
        Value(configuration, "DAPR_HTTP_ENDPOINT") ?? $"http://localhost:{Value(configuration, "DAPR_HTTP_PORT") ?? "3500"}";

    private static string? Value(IConfiguration? configuration, string name) =>
        configuration?[name] is { Length: > 0 } configured ? configured
        : Environment.GetEnvironmentVariable(name) is { Length: > 0 } variable ? variable
        : null;
}
