namespace Dapr.Sidecar.Store;

/// <summary>The stores that components name by file: one for each file, shared by all who name it; the sidecar's own file is the sidecar's own store.</summary>
internal sealed class StoreFiles(SqliteStore own, SidecarOptions options) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SqliteStore> _opened = [];

    /// <summary>The store of a file, or the sidecar's own for none.</summary>
    /// <exception cref="StoreException">The file cannot be had.</exception>
    public SqliteStore Get(string? path)
    {
        if (path is null || (options.StateFile is { } ownPath && Path.GetFullPath(path) == Path.GetFullPath(ownPath)))
        {
            return own;
        }

        lock (_gate)
        {
            var full = Path.GetFullPath(path);
            return _opened.TryGetValue(full, out var store) ? store : _opened[full] = SqliteStore.Open(new StoreOptions { Path = full, Fsync = options.Fsync });
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _opened.Values)
        {
            await store.DisposeAsync();
        }
    }
}
