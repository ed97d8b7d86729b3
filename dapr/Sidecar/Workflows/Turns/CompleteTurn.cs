using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;
using Google.Protobuf;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>A worker answered a turn: its actions take effect, all in one turn of the store.</summary>
internal sealed class CompleteTurn(WorkflowEngine engine, RefuseTurn refuse)
{
    /// <summary>Ends when the answer is durable. An answer to a turn that is not the current one is dropped.</summary>
    public async Task RunAsync(string appId, WorkflowResponse response)
    {
        TurnDispatch? turn;
        lock (engine.Gate)
        {
            turn = engine.Dispatcher.FindTurn(appId, response);
            if (turn is null or { Completing: true })
            {
                return;
            }

            turn.Completing = true;
        }

        try
        {
            await CompleteAsync(turn, response);
        }
        catch
        {
            lock (engine.Gate)
            {
                engine.Dispatcher.Forget(turn);
                engine.Dispatcher.Wake(turn.Execution);
            }

            throw;
        }
    }

    private async Task CompleteAsync(TurnDispatch turn, WorkflowResponse response)
    {
        if (TurnRefusal.Of(turn.Execution, response) is { } stall)
        {
            await refuse.RunAsync(turn, stall);
            return;
        }

        var execution = turn.Execution;
        var outcome = new TurnReader(engine, execution, Later(turn.Started.Timestamp.ToDateTime(), engine.Now)).Read(response);
        var started = turn.Started.Clone();
        started.WorkflowStarted.Version = response.Version;
        var bytes = Bytes(started, outcome);

        engine.Points.Hit(WorkflowPoints.TurnCompletedBeforeCommit);
        HitFor(outcome, WorkflowPoints.ChildCreatedBeforeCommit);
        await engine.ChangeAsync(await KeysAsync(execution, outcome), change =>
        {
            if (change[execution.Key] == execution && execution.Turn == turn)
            {
                new TurnApplication(engine, change, turn, outcome).Apply(started, bytes, response.CustomStatus);
            }

            return true;
        });
        HitFor(outcome, WorkflowPoints.ChildCreatedAfterCommit);
        engine.Points.Hit(WorkflowPoints.TurnCompletedAfterCommit);
    }

    private async ValueTask<IReadOnlyCollection<InstanceKey>> KeysAsync(Execution execution, TurnOutcome outcome)
    {
        List<InstanceKey> keys = [execution.Key, .. outcome.Others()];
        if (outcome.End is not null && execution.Row.Parent is { } parent)
        {
            keys.Add(parent);
        }

        foreach (var termination in outcome.Terminations)
        {
            keys.AddRange(await engine.WithParentAsync(termination.Target));
        }

        return keys;
    }

    private static byte[] Bytes(HistoryEvent started, TurnOutcome outcome)
    {
        var stored = new GetInstanceHistoryResponse();
        stored.Events.Add(started);
        stored.Events.AddRange(outcome.Events);
        return stored.ToByteArray();
    }

    private void HitFor(TurnOutcome outcome, string point)
    {
        if (outcome.Children.Count > 0)
        {
            engine.Points.Hit(point);
        }
    }

    private static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;
}
