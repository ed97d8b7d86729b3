using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Instances;

/// <summary>
/// The place of an instance in memory. It stays while somebody uses it or writes of it wait for their commit: what is not in memory is
/// therefore in the store as it is. Guarded by the engine's lock.
/// </summary>
internal sealed class InstanceSlot(InstanceKey key)
{
    public InstanceKey Key => key;

    /// <summary>The execution; null where no such instance exists.</summary>
    public Execution? Execution { get; set; }

    /// <summary>Ends when the execution is loaded.</summary>
    public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when a broken slot has no write left and its instance can be loaded again.</summary>
    public TaskCompletionSource Drained { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Pins { get; set; }

    public int PendingWrites { get; set; }

    /// <summary>A write failed: the execution is not the truth any more.</summary>
    public bool Broken { get; set; }

    /// <summary>When it last became idle, for leaving memory in that order.</summary>
    public long IdleSince { get; set; }
}
