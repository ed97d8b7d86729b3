namespace Dapr.Sidecar.Store;

/// <summary>A turn that waits for its commit.</summary>
internal interface IStoreTurn
{
    /// <summary>What the turn threw.</summary>
    Exception? Error { get; }

    /// <summary>Runs the turn; false when it threw.</summary>
    bool Run(StoreConnection store);

    /// <summary>Tells the caller how the turn ended.</summary>
    void Committed();

    /// <summary>Tells the caller that nothing of the turn is in the store.</summary>
    void Failed(StoreException error);
}

/// <summary>A turn with a result.</summary>
internal sealed class StoreTurn<T>(Func<StoreConnection, T> run) : IStoreTurn
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Exception? Error { get; private set; }

    public Task<T> Task => _done.Task;

    public bool Run(StoreConnection store)
    {
        try
        {
            _result = run(store);
            return true;
        }
        catch (Exception error)
        {
            Error = error;
            return false;
        }
    }

    public void Committed()
    {
        if (Error is null)
        {
            _done.SetResult(_result);
        }
        else
        {
            _done.SetException(Error is Microsoft.Data.Sqlite.SqliteException ? StoreException.From(Error, "store") : Error);
        }
    }

    public void Failed(StoreException error) => _done.TrySetException(Error is null or Microsoft.Data.Sqlite.SqliteException ? error : Error);
}
