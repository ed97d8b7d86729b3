using Microsoft.Extensions.Logging;

namespace Serverless.Telemetry;

/// <summary>What a host tells the world about itself.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The service's name in traces and metrics (OpenTelemetry's <c>service.name</c>). Default: serverless.</summary>
    public string ServiceName { get; init; } = "serverless";

    /// <summary>Lowest level that is logged, to stderr. What ASP.NET Core tells of each request begins with Debug. Default: Warning.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>
    /// Send traces and metrics by OTLP, where OpenTelemetry's own environment variables say (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>,
    /// <c>OTEL_EXPORTER_OTLP_HEADERS</c>, <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, ...). Default: false.
    /// </summary>
    public bool ExportOtlp { get; init; }

    /// <summary>Reads <c>SERVERLESS_LOG_LEVEL</c> (Trace .. None); exports if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    /// <param name="serviceName">The host's name.</param>
    /// <exception cref="FormatException">The level is none that exists.</exception>
    public static TelemetryOptions FromEnvironment(string serviceName)
    {
        var level = Environment.GetEnvironmentVariable("SERVERLESS_LOG_LEVEL");
        return new TelemetryOptions
        {
            ServiceName = serviceName,
            LogLevel = string.IsNullOrEmpty(level) ? LogLevel.Warning : ParseLevel(level),
            ExportOtlp = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")),
        };
    }

    private static LogLevel ParseLevel(string text) => Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level)
        ? level
        : throw new FormatException($"SERVERLESS_LOG_LEVEL is '{text}'; set it to one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
}
