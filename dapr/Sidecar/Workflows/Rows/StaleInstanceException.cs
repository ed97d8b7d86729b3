namespace Dapr.Sidecar.Workflows.Rows;

/// <summary>A write was made from a state of an instance that the store does not hold (any more): what is in memory is to be loaded again.</summary>
internal sealed class StaleInstanceException(InstanceKey key) : InvalidOperationException($"The store holds another state of the workflow {key}.");

/// <summary>A row cannot be read.</summary>
internal sealed class UnreadableRowException(string table, string key, string reason, byte[]? payload) : IOException($"{table} {key}: {reason}")
{
    public string Table { get; } = table;

    public string RowKey { get; } = key;

    public string Reason { get; } = reason;

    public byte[]? Payload { get; } = payload;
}
