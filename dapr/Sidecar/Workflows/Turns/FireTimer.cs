using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Manage;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>A timer fell due: its event goes into the workflow's inbox, once.</summary>
internal sealed partial class FireTimer(WorkflowEngine engine, PurgeInstance purge, ILogger<FireTimer> log)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Fires a timer; one that could not be stored falls due again a little later.</summary>
    public async Task RunAsync(TimerKey timer)
    {
        try
        {
            if (timer.TimerId == TimerKey.Retention)
            {
                await purge.RetireAsync(timer);
                return;
            }

            engine.Points.Hit(WorkflowPoints.TimerFiredBeforeCommit);
            await engine.ChangeAsync([timer.Instance], change => Fire(change, timer));
            engine.Points.Hit(WorkflowPoints.TimerFiredAfterCommit);
        }
        catch (Exception error)
        {
            LogFailed(error, timer.Instance.ToString());
            engine.Timers.Set(timer, engine.Now + RetryDelay);
        }
    }

    private bool Fire(Change change, TimerKey timer)
    {
        if (change[timer.Instance] is not { Row.IsFinished: false } execution || execution.Row.ExecutionKey != timer.ExecutionKey)
        {
            return false;
        }

        if (timer.TimerId >= 0 && execution.OpenTimers.Remove(timer.TimerId, out var created))
        {
            change.Deliver(execution, Encoded.Of(Events.TimerFired(engine.Now, timer.TimerId, created.TimerCreated.FireAt)));
        }

        change.Write(store => TimerRows.Delete(store, timer));
        change.Then(() => engine.Dispatcher.Wake(execution));
        return true;
    }

    [LoggerMessage(11, LogLevel.Warning, "A timer of the workflow {Instance} could not be fired; that is tried again.")]
    private partial void LogFailed(Exception error, string instance);
}
