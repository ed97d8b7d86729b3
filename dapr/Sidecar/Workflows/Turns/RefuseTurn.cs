using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>
/// A worker cannot run a turn: other connected workers are asked; once all have refused, the instance is STALLED until another worker
/// connects. Nothing of the turn is applied and nothing is lost.
/// </summary>
internal sealed partial class RefuseTurn(WorkflowEngine engine, ILogger<RefuseTurn> log)
{
    /// <summary>A worker refused a turn.</summary>
    public async Task RunAsync(TurnDispatch turn, Stall stall)
    {
        var execution = turn.Execution;
        bool stalled;
        lock (engine.Gate)
        {
            if (execution.Turn != turn)
            {
                return;
            }

            execution.RefusedBy.Add(turn.Stream!.Id);
            engine.Dispatcher.Forget(turn);
            engine.Dispatcher.Wake(execution);
            stalled = engine.Dispatcher.Pool(execution.Key.AppId).IsRefused(execution);
        }

        if (stalled)
        {
            await StallAsync(execution, stall);
        }
    }

    /// <summary>Marks an instance as stalled.</summary>
    public async Task StallAsync(Execution execution, Stall stall)
    {
        var marked = await engine.ChangeAsync([execution.Key], change =>
        {
            if (change[execution.Key] != execution || execution.Row.IsFinished || execution.Row.Stall == stall)
            {
                return false;
            }

            change.Save(execution, execution.Row with { Stall = stall, Updated = engine.Now });
            change.Then(() => engine.Waiters.Changed(execution.Key));
            return true;
        });
        if (marked)
        {
            LogStalled(execution.Key.ToString(), stall.Reason?.ToString() ?? "", stall.Description);
        }
    }

    [LoggerMessage(20, LogLevel.Warning, "The workflow {Instance} is stalled ({Reason}): {Description}")]
    private partial void LogStalled(string instance, string reason, string description);
}
