using System.Diagnostics.Metrics;

namespace Dapr.Sidecar.Workflows.Engine;

/// <summary>What the workflow engine measures (meter <c>Dapr.Sidecar.Workflows</c>).</summary>
internal sealed class WorkflowMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Dapr.Sidecar.Workflows";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _created;
    private readonly Counter<long> _ended;
    private readonly Histogram<double> _turns;
    private readonly Histogram<double> _activities;

    public WorkflowMetrics()
    {
        _created = _meter.CreateCounter<long>("dapr.workflow.created", "{instance}", "Instances that were created.");
        _ended = _meter.CreateCounter<long>("dapr.workflow.ended", "{instance}", "Instances that ended, by status.");
        _turns = _meter.CreateHistogram<double>("dapr.workflow.turn.duration", "s", "From sending a turn to a worker to its answer.");
        _activities = _meter.CreateHistogram<double>("dapr.workflow.activity.duration", "s", "From sending an activity to a worker to its answer.");
    }

    /// <summary>Shows how many instances are in memory.</summary>
    public void Observe(Func<int> loaded) =>
        _meter.CreateObservableGauge("dapr.workflow.loaded", loaded, "{instance}", "Instances in memory: those that have something to do, and some that wait.");

    public void Created(string app) => _created.Add(1, new KeyValuePair<string, object?>("app_id", app));

    public void Ended(string app, Protocol.OrchestrationStatus status) =>
        _ended.Add(1, new("app_id", app), new("status", status.ToString().ToLowerInvariant()));

    public void Turn(string app, TimeSpan took) => _turns.Record(took.TotalSeconds, new KeyValuePair<string, object?>("app_id", app));

    public void Activity(string app, TimeSpan took, bool failed) =>
        _activities.Record(took.TotalSeconds, new("app_id", app), new("status", failed ? "failed" : "completed"));

    public void Dispose() => _meter.Dispose();
}
