using Microsoft.Extensions.Configuration;

namespace Dapr;

/// <summary>
/// Where the sidecar is and which tokens the two sides show each other. A configuration key wins over the environment variable of the
/// same name, an endpoint over a port.
/// </summary>
public static class DaprDefaults
{
    /// <summary><c>DAPR_HTTP_ENDPOINT</c>, else <c>http://localhost:{DAPR_HTTP_PORT}/</c>. Default port: 3500.</summary>
    public static string GetDefaultHttpEndpoint(IConfiguration? configuration = null) =>
        Endpoint(configuration, "DAPR_HTTP_ENDPOINT", "DAPR_HTTP_PORT", 3500);

    /// <summary><c>DAPR_GRPC_ENDPOINT</c>, else <c>http://localhost:{DAPR_GRPC_PORT}/</c>. Default port: 50001.</summary>
    public static string GetDefaultGrpcEndpoint(IConfiguration? configuration = null) =>
        Endpoint(configuration, "DAPR_GRPC_ENDPOINT", "DAPR_GRPC_PORT", 50001);

    /// <summary>The token that a sidecar asks of its clients: <c>DAPR_API_TOKEN</c>. Default: empty, none is sent.</summary>
    public static string GetDefaultDaprApiToken(IConfiguration? configuration) => Value(configuration, "DAPR_API_TOKEN") ?? "";

    /// <summary>The token that an app asks of its sidecar: <c>APP_API_TOKEN</c>. Default: empty, none is checked.</summary>
    public static string GetDefaultAppApiToken(IConfiguration? configuration) => Value(configuration, "APP_API_TOKEN") ?? "";

    private static string Endpoint(IConfiguration? configuration, string endpointName, string portName, int defaultPort)
    {
        if (Value(configuration, endpointName) is { } endpoint)
        {
            return new UriBuilder(endpoint).ToString();
        }

        var port = Value(configuration, portName) is { } text
            ? int.TryParse(text, out var number) && number is > 0 and <= 65535 ? number : throw new FormatException($"{portName} is \"{text}\"; expected a port, 1 to 65535.")
            : defaultPort;
        return new UriBuilder(Uri.UriSchemeHttp, "localhost", port).ToString();
    }

    private static string? Value(IConfiguration? configuration, string name) =>
        configuration?[name] is { Length: > 0 } configured ? configured
        : Environment.GetEnvironmentVariable(name) is { Length: > 0 } variable ? variable
        : null;
}
