using System.Text;
using Dapr.Protocol;
using Dapr.Sidecar.Store;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>Reads instances, as they are in the store.</summary>
internal sealed class QueryInstances(WorkflowEngine engine, IHostApplicationLifetime lifetime)
{
    private const int DefaultPage = 1024;

    /// <summary>The state of an instance; null where there is none.</summary>
    public ValueTask<WorkflowState?> FindAsync(InstanceKey key, bool withPayloads) => engine.Store.ReadAsync(store => Find(store, key, withPayloads));

    /// <summary>Waits until an instance has come so far, or has ended; null at once where there is none.</summary>
    /// <exception cref="OperationCanceledException">The caller or the sidecar stopped.</exception>
    public async Task<WorkflowState?> WaitAsync(InstanceKey key, bool withPayloads, Func<WorkflowState, bool> isEnough, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var changed = Task.CompletedTask;
        while (true)
        {
            var state = await FindAsync(key, withPayloads);
            if (state is null || isEnough(state) || state.CompletedTimestamp is not null)
            {
                return state;
            }

            // A change between reading and asking for the next one would be missed: read once more before waiting.
            await changed.WaitAsync(either.Token);
            changed = engine.Waiters.NextAsync(key);
        }
    }

    /// <summary>A page of an app's ids, and where the next one goes on.</summary>
    /// <exception cref="WorkflowException">The token is none of ours.</exception>
    public async Task<ListInstanceIDsResponse> ListAsync(string appId, string continuationToken, uint pageSize)
    {
        var after = Decode(continuationToken);
        var count = pageSize == 0 ? DefaultPage : (int)Math.Min(pageSize, int.MaxValue - 1);
        var ids = await engine.Store.ReadAsync(store => InstanceRows.List(store, appId, after, count + 1));
        var response = new ListInstanceIDsResponse();
        response.InstanceIds.AddRange(ids.Take(count));
        if (ids.Count > count)
        {
            response.ContinuationToken = Convert.ToBase64String(Encoding.UTF8.GetBytes(ids[count - 1]));
        }

        return response;
    }

    /// <summary>The history of an instance: its completed turns, and why it is stalled if it is.</summary>
    /// <exception cref="WorkflowException">There is no such instance.</exception>
    public Task<GetInstanceHistoryResponse> HistoryAsync(InstanceKey key) =>
        engine.ChangeAsync([key], change =>
        {
            if (change[key] is not { } execution)
            {
                throw WorkflowException.NotFound(key);
            }

            var response = new GetInstanceHistoryResponse();
            response.Events.AddRange(execution.History);

            // Only for people: while a worker has the turn, the history is what it replays.
            if (execution is { Turn: null, Row.Stall: { Reason: { } reason } stall })
            {
                response.Events.Add(Events.Stalled(execution.Row.Updated, reason, stall.Description));
            }

            return response;
        });

    private static WorkflowState? Find(StoreConnection store, InstanceKey key, bool withPayloads)
    {
        if (InstanceRows.Find(store, key) is not { Row: var row })
        {
            return null;
        }

        var state = new WorkflowState
        {
            InstanceId = key.InstanceId,
            Name = row.Name,
            WorkflowStatus = row.Shown,
            CreatedTimestamp = Timestamp.FromDateTime(row.Created),
            LastUpdatedTimestamp = Timestamp.FromDateTime(row.Updated),
            CompletedTimestamp = row.Completed is { } completed ? Timestamp.FromDateTime(completed) : null,
            StartedAt = row.Started is { } started ? Timestamp.FromDateTime(started) : null,
            ExecutionId = row.ExecutionId,
            ParentInstanceId = row.Parent?.InstanceId,
            ParentAppId = row.Parent?.AppId,
        };
        if (Readable(store, row, EventRows.Start)?.ExecutionStarted is { } start)
        {
            state.Version = start.Version;
            state.ScheduledStartTimestamp = start.ScheduledStartTimestamp;
            state.Tags.Add(start.Tags);
            state.Input = withPayloads ? start.Input : null;
        }

        if (withPayloads)
        {
            state.CustomStatus = row.CustomStatus;
            if (row.IsFinished && Readable(store, row, EventRows.End)?.ExecutionCompleted is { } end)
            {
                (state.Output, state.FailureDetails) = (end.Result, end.FailureDetails);
            }
        }

        return state;
    }

    /// <summary>An event of an instance; null where its row cannot be read: the status is to be had all the same.</summary>
    private static HistoryEvent? Readable(StoreConnection store, InstanceRow row, long position)
    {
        try
        {
            return EventRows.Find(store, row.ExecutionKey, position);
        }
        catch (UnreadableRowException)
        {
            return null;
        }
    }

    private static string Decode(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw new WorkflowException(WorkflowError.Invalid, "The continuation token is not one that this sidecar gave.");
        }
    }
}
