using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>
/// Suspends and resumes instances. A suspended instance takes no turn, whether or not a worker is there; what comes meanwhile is kept in
/// order and taken after it is resumed. A turn that is under way ends as usual.
/// </summary>
internal sealed class SuspendInstance(WorkflowEngine engine)
{
    /// <summary>Suspends; does nothing to an instance that is suspended or has ended.</summary>
    /// <exception cref="WorkflowException">There is no such instance.</exception>
    public Task SuspendAsync(string appId, string instanceId, string? reason) => SetAsync(new(appId, instanceId), suspended: true, reason);

    /// <summary>Resumes; does nothing to an instance that is not suspended or has ended.</summary>
    /// <exception cref="WorkflowException">There is no such instance.</exception>
    public Task ResumeAsync(string appId, string instanceId, string? reason) => SetAsync(new(appId, instanceId), suspended: false, reason);

    private Task<bool> SetAsync(InstanceKey key, bool suspended, string? reason) =>
        engine.ChangeAsync([key], change =>
        {
            var execution = change[key] ?? throw WorkflowException.NotFound(key);
            if (!execution.Row.IsFinished && execution.Row.Suspended != suspended)
            {
                var now = engine.Now;
                change.Deliver(execution, Encoded.Of(suspended ? Events.Suspended(now, reason) : Events.Resumed(now, reason)));
                change.Save(execution, execution.Row with { Suspended = suspended, Updated = now });
                change.Then(() =>
                {
                    engine.Dispatcher.Wake(execution);
                    engine.Waiters.Changed(key);
                });
            }

            return true;
        });
}
