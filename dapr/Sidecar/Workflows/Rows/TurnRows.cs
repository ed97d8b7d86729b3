using Dapr.Protocol;
using Dapr.Sidecar.Store;
using Google.Protobuf;

namespace Dapr.Sidecar.Workflows.Rows;

/// <summary>What a completed turn added to the history: its WorkflowStarted, then the events of its actions.</summary>
internal sealed record StoredTurn(int Turn, long Consumed, IReadOnlyList<HistoryEvent> Events, int Size);

/// <summary>Reads and writes completed turns: one row a turn, however many actions it had.</summary>
internal static class TurnRows
{
    public static void Insert(StoreConnection store, long executionKey, int turn, long consumed, byte[] bytes) =>
        store.Execute(
            "INSERT INTO workflow_turns (execution_key, turn, consumed, events, checksum) VALUES (?1, ?2, ?3, ?4, ?5)",
            executionKey, turn, consumed, bytes, Sum(executionKey, turn, consumed, bytes));

    /// <summary>All turns of an execution, in order.</summary>
    /// <exception cref="UnreadableRowException">One of them cannot be read.</exception>
    public static List<StoredTurn> All(StoreConnection store, long executionKey) =>
        store.Query(
            "SELECT turn, consumed, events, checksum FROM workflow_turns WHERE execution_key = ?1 ORDER BY turn",
            row => Read(executionKey, row.GetInt32(0), row.GetInt64(1), (byte[])row[2], row.GetInt64(3)), executionKey);

    private static StoredTurn Read(long executionKey, int turn, long consumed, byte[] bytes, long checksum)
    {
        if (Sum(executionKey, turn, consumed, bytes) != checksum)
        {
            throw new UnreadableRowException("workflow_turns", $"{executionKey}/{turn}", "the checksum does not fit", bytes);
        }

        try
        {
            return new StoredTurn(turn, consumed, GetInstanceHistoryResponse.Parser.ParseFrom(bytes).Events, bytes.Length);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new UnreadableRowException("workflow_turns", $"{executionKey}/{turn}", error.Message, bytes);
        }
    }

    private static long Sum(long executionKey, int turn, long consumed, byte[] bytes) =>
        Checksum.Of(bytes, unchecked((executionKey * 31) + (consumed * 17) + turn));
}
