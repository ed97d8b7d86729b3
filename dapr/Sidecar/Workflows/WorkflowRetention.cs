namespace Dapr.Sidecar;

/// <summary>How long workflows are kept after they ended, by how they ended; null: until they are purged.</summary>
public sealed class WorkflowRetention
{
    /// <summary>Of those that completed. Default: null.</summary>
    public TimeSpan? Completed { get; init; }

    /// <summary>Of those that failed. Default: null.</summary>
    public TimeSpan? Failed { get; init; }

    /// <summary>Of those that were terminated. Default: null.</summary>
    public TimeSpan? Terminated { get; init; }
}
