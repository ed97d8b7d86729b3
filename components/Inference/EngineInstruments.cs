using System.Diagnostics.Metrics;

namespace Serverless.Inference;

/// <summary>
/// The engine's metrics, read from its statistics when a listener collects. Names and units follow OpenTelemetry's conventions
/// (dotted lower case, UCUM units, monotonic sums as counters).
/// </summary>
internal sealed class EngineInstruments : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Serverless.Inference";

    private readonly Meter meter = new(MeterName);

    public EngineInstruments(string model, Func<EngineStatistics> statistics)
    {
        KeyValuePair<string, object?>[] tags = [new("model", model)];
        Gauge("inference.sequences.running", "{sequence}", "Sequences that run", s => s.Running);
        Gauge("inference.requests.waiting", "{request}", "Requests that wait", s => s.Waiting);
        Gauge("inference.kv_cache.usage", "1", "Share of KV blocks in use", s => s.KvBlocks == 0 ? 0 : (double)s.KvBlocksInUse / s.KvBlocks);
        Counter("inference.tokens.prompt", "{token}", "Prompt tokens computed", s => s.PromptTokens);
        Counter("inference.tokens.generated", "{token}", "Tokens sampled", s => s.GeneratedTokens);
        Counter("inference.prefix_cache.queries", "{token}", "Tokens looked up in the prefix cache", s => s.PrefixTokensAsked);
        Counter("inference.prefix_cache.hits", "{token}", "Tokens found in the prefix cache", s => s.PrefixTokensFound);
        Counter("inference.preemptions", "{sequence}", "Sequences preempted", s => s.Preemptions);
        Counter("inference.requests.finished", "{request}", "Requests that ended", s => s.FinishedRequests);
        Counter("inference.steps", "{step}", "Steps run", s => s.Steps);
        Counter("inference.busy_time", "s", "Time spent in steps", s => s.BusyTime.TotalSeconds);

        void Gauge(string name, string unit, string description, Func<EngineStatistics, double> read) =>
            meter.CreateObservableGauge(name, () => new Measurement<double>(read(statistics()), tags), unit, description);

        void Counter(string name, string unit, string description, Func<EngineStatistics, double> read) =>
            meter.CreateObservableCounter(name, () => new Measurement<double>(read(statistics()), tags), unit, description);
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
