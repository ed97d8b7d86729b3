using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Serverless.Telemetry;

/// <summary>
/// Logs, metrics and traces of one process, from its start to its end. Components know only the .NET types (ILogger, Meter,
/// ActivitySource); every meter and source whose name starts with <c>Serverless.</c> is exported.
/// </summary>
public sealed class TelemetrySession : IDisposable
{
    private readonly MeterProvider? _meters;
    private readonly TracerProvider? _tracers;

    private TelemetrySession(ILoggerFactory loggers, MeterProvider? meters, TracerProvider? tracers)
    {
        Loggers = loggers;
        _meters = meters;
        _tracers = tracers;
    }

    /// <summary>Makes the process's loggers; they write single lines to stderr, so that stdout holds data only.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>Starts logging and, if asked for, the export of metrics and traces.</summary>
    /// <param name="options">What to log and whether to export.</param>
    public static TelemetrySession Start(TelemetryOptions options)
    {
        var loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(options.LogLevel)
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        return options.ExportOtlp
            ? new TelemetrySession(loggers, CreateMeters(options), CreateTracers(options))
            : new TelemetrySession(loggers, meters: null, tracers: null);
    }

    /// <summary>Sends what is still held back and stops.</summary>
    public void Dispose()
    {
        _meters?.Dispose();
        _tracers?.Dispose();
        Loggers.Dispose();
    }

    private static MeterProvider CreateMeters(TelemetryOptions options) => Sdk.CreateMeterProviderBuilder()
        .ConfigureResource(resource => resource.AddService(options.ServiceName))
        .AddMeter("Serverless.*")
        .AddOtlpExporter()
        .Build();

    private static TracerProvider CreateTracers(TelemetryOptions options) => Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(resource => resource.AddService(options.ServiceName))
        .AddSource("Serverless.*")
        .AddOtlpExporter()
        .Build();
}
