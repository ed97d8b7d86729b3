using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Serverless.Telemetry;

/// <summary>
/// Logs, metrics and traces of one process, from its start to its end. Components know only the .NET types (ILogger, Meter,
/// ActivitySource); every meter and source whose name starts with <c>Serverless.</c> is exported, and so are the requests of ASP.NET and the activities of
/// workflows.
/// </summary>
public sealed class TelemetrySession : IDisposable
{
    /// <summary>Metrics of ASP.NET itself: requests and how long they take.</summary>
    private const string HttpMeter = "Microsoft.AspNetCore.Hosting";

    /// <summary>Activities of workflows, as the worker of the workflow SDK names them.</summary>
    private const string WorkflowSource = "Dapr.Workflow";

    private readonly TracerProvider? _tracers;

    private TelemetrySession(ILoggerFactory loggers, MeterProvider? meters, TracerProvider? tracers)
    {
        Loggers = loggers;
        Meters = meters;
        _tracers = tracers;
    }

    /// <summary>Makes the process's loggers; they write single lines to stderr, so that stdout holds data only.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>The metrics; null if nobody asked for them.</summary>
    public MeterProvider? Meters { get; }

    /// <summary>Starts logging and, if asked for, the export of metrics and traces.</summary>
    /// <param name="options">What to log and whether to export.</param>
    /// <param name="addReader">Adds one that reads the metrics besides the export. Default: none.</param>
    public static TelemetrySession Start(TelemetryOptions options, Action<MeterProviderBuilder>? addReader = null)
    {
        var loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(options.LogLevel)
            .AddFilter("Microsoft", options.LogLevel is LogLevel.Information ? LogLevel.Warning : options.LogLevel)
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        return new TelemetrySession(
            loggers,
            options.ExportOtlp || addReader is not null ? CreateMeters(options, addReader) : null,
            options.ExportOtlp ? CreateTracers(options) : null);
    }

    /// <summary>Sends what is still held back and stops.</summary>
    public void Dispose()
    {
        Meters?.Dispose();
        _tracers?.Dispose();
        Loggers.Dispose();
    }

    private static MeterProvider CreateMeters(TelemetryOptions options, Action<MeterProviderBuilder>? addReader)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService(options.ServiceName))
            .AddMeter("Serverless.*", HttpMeter);
        if (options.ExportOtlp)
        {
            builder.AddOtlpExporter();
        }

        addReader?.Invoke(builder);
        return builder.Build();
    }

    private static TracerProvider CreateTracers(TelemetryOptions options) => Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(resource => resource.AddService(options.ServiceName))
        .AddSource("Serverless.*", WorkflowSource)
        .AddOtlpExporter()
        .Build();
}
