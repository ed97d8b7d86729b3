using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>Raises an event for an instance: it is kept until the workflow takes it, and dropped if that has ended.</summary>
internal sealed class RaiseEvent(WorkflowEngine engine)
{
    /// <summary>Ends when the event is stored.</summary>
    /// <exception cref="WorkflowException">There is no such instance.</exception>
    public async Task RunAsync(string appId, RaiseEventRequest request)
    {
        var key = new InstanceKey(appId, request.InstanceId);
        var raised = Encoded.Of(Events.Raised(engine.Now, request.Name, request.Input));
        engine.Points.Hit(WorkflowPoints.EventRaisedBeforeCommit);
        await engine.ChangeAsync([key], change =>
        {
            var execution = change[key] ?? throw WorkflowException.NotFound(key);
            if (!execution.Row.IsFinished)
            {
                change.Deliver(execution, raised);
                change.Then(() => engine.Dispatcher.Wake(execution));
            }

            return true;
        });
        engine.Points.Hit(WorkflowPoints.EventRaisedAfterCommit);
    }
}
