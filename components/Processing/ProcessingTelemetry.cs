using System.Diagnostics;

namespace Serverless.Processing;

/// <summary>Spans of what a shard goes through: how long the engine had its rows, how long its part took to become durable. Nothing of the rows.</summary>
internal static class ProcessingTelemetry
{
    static readonly ActivitySource Source = new("Serverless.Processing");

    /// <summary>The engine begins with a shard's rows.</summary>
    public static Activity? Engine(string model) => Source.StartActivity("engine")?.SetTag("gen_ai.request.model", model);

    /// <summary>The part is written out and made visible.</summary>
    public static Activity? Publish() => Source.StartActivity("publish part");
}
