using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.Workflows.Rows;

/// <summary>
/// Numbers for executions and for positions of events: each is greater than all before it, also than those of earlier processes. The upper
/// bits count the times that the store was opened, so that nothing is written for a number.
/// </summary>
internal sealed class Sequence
{
    private const int CounterBits = 40;

    private long _last;

    /// <summary>The next number.</summary>
    public long Next() => Interlocked.Increment(ref _last);

    /// <summary>Begins the numbers of this process.</summary>
    public async Task OpenAsync(SqliteStore store) =>
        _last = await store.WriteAsync(connection =>
        {
            connection.Execute("UPDATE workflow_epoch SET epoch = epoch + 1");
            return connection.First("SELECT epoch FROM workflow_epoch", row => row.GetInt64(0)) << CounterBits;
        });
}
