namespace Dapr.Sidecar.Store;

/// <summary>Where a store lives and how careful it is.</summary>
internal sealed class StoreOptions
{
    /// <summary>The SQLite file; its folder is created. Default: null, the store lives in memory and ends with the process.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// Whether a commit waits for the disk (<c>synchronous=FULL</c>), so that what was acknowledged survives a power cut; without it, only a
    /// crash of the process. Default: true.
    /// </summary>
    public bool Fsync { get; init; } = true;

    /// <summary>Turns that share one commit at most. Default: 4,096.</summary>
    public int MaxTurnsPerCommit { get; init; } = 4096;

    /// <summary>
    /// Bytes of the write-ahead log that are laid out when the store opens; at half of them the log is copied into the file, off the
    /// writer's thread, and begins again. Default: 16 MiB.
    /// </summary>
    public long LogBytes { get; init; } = 16 << 20;

    /// <summary>Called at each of <see cref="StorePoints"/>; what it throws is what the disk could have thrown there. Default: null.</summary>
    public Action<string>? OnPoint { get; init; }
}
