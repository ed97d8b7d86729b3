using System.Text;
using Dapr.Protocol;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.Workflows.Rows;

/// <summary>Which instance: ids are an app's own.</summary>
internal readonly record struct InstanceKey(string AppId, string InstanceId)
{
    public override string ToString() => $"{AppId}/{InstanceId}";
}

/// <summary>Why an instance is stalled. A reason of null: rows that could not be read.</summary>
internal sealed record Stall(StalledReason? Reason, string Description);

/// <summary>The row of an instance.</summary>
internal sealed record InstanceRow
{
    public required long ExecutionKey { get; init; }

    public required InstanceKey Key { get; init; }

    public required string ExecutionId { get; init; }

    public required string Name { get; init; }

    /// <summary>PENDING, RUNNING or a terminal status; see <see cref="Shown"/>.</summary>
    public OrchestrationStatus Status { get; init; } = OrchestrationStatus.Pending;

    public bool Suspended { get; init; }

    public Stall? Stall { get; init; }

    public required DateTime Created { get; init; }

    public required DateTime Updated { get; init; }

    public DateTime? Started { get; init; }

    public DateTime? Completed { get; init; }

    public string? CustomStatus { get; init; }

    public InstanceKey? Parent { get; init; }

    /// <summary>Completed turns.</summary>
    public int Turn { get; init; }

    /// <summary>Events up to this position belong to completed turns.</summary>
    public long Consumed { get; init; } = -1;

    /// <summary>Children are still to be terminated.</summary>
    public bool Cascade { get; init; }

    /// <summary>Whether the instance has ended.</summary>
    public bool IsFinished => Completed is not null;

    /// <summary>The status as clients see it.</summary>
    public OrchestrationStatus Shown =>
        IsFinished ? Status : Stall is not null ? OrchestrationStatus.Stalled : Suspended ? OrchestrationStatus.Suspended : Status;

    /// <summary>The checksum over what the row says.</summary>
    public long ComputeChecksum() => Checksum.Of(
        Encoding.UTF8.GetBytes(string.Join(
            '\n',
            Key.AppId, Key.InstanceId, ExecutionId, Name, (int)Status, Suspended, (int?)Stall?.Reason, Stall?.Description,
            Created.Ticks, Updated.Ticks, Started?.Ticks, Completed?.Ticks, CustomStatus, Parent?.AppId, Parent?.InstanceId, Turn, Consumed, Cascade)),
        ExecutionKey);
}
