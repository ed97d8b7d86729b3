using Dapr.Protocol;
using Dapr.Sidecar.Store;
using Dapr.Sidecar.Workflows.Rows;
using Google.Protobuf;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>Turns a flat history into rows again: each WorkflowStarted begins a turn; events of actions are the turn's, all others came to it.</summary>
internal sealed class RerunWrites(Sequence sequence, InstanceRow row)
{
    private readonly List<Action<StoreConnection>> _writes = [];
    private GetInstanceHistoryResponse? _turn;

    /// <summary>Turns so far.</summary>
    public int Turns { get; private set; }

    /// <summary>The position of the last event that a turn consumed.</summary>
    public long Consumed { get; private set; } = -1;

    public void Run(StoreConnection store) => _writes.ForEach(write => write(store));

    public void Add(HistoryEvent copied)
    {
        if (copied.WorkflowStarted is not null)
        {
            EndTurn();
            _turn = new GetInstanceHistoryResponse();
        }

        if (copied.WorkflowStarted is not null || copied.EventId >= 0)
        {
            _turn!.Events.Add(copied);
            return;
        }

        var (position, bytes) = (copied.ExecutionStarted is null ? sequence.Next() : EventRows.Start, copied.ToByteArray());
        Consumed = position;
        _writes.Add(store => EventRows.Insert(store, row.Key, row.ExecutionKey, position, bytes));
    }

    public void EndTurn()
    {
        if (_turn is null)
        {
            return;
        }

        var (turn, consumed, bytes) = (++Turns, Consumed, _turn.ToByteArray());
        _turn = null;
        _writes.Add(store => TurnRows.Insert(store, row.ExecutionKey, turn, consumed, bytes));
    }
}
