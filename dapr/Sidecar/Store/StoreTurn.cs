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
/// <param name="run">The turn.</param>
/// <param name="settled">
/// Called on the writer's thread once it is known how the turn ended, with null or what failed, before anyone who awaits the turn goes on:
/// it changes memory and wakes others, and waits for nothing.
/// </param>
internal sealed class StoreTurn<T>(Func<StoreConnection, T> run, Action<Exception?>? settled = null) : IStoreTurn
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

    public void Committed() => End(Error is Microsoft.Data.Sqlite.SqliteException ? StoreException.From(Error, "store") : Error);

    public void Failed(StoreException error) => End(Error is null or Microsoft.Data.Sqlite.SqliteException ? error : Error);

    private void End(Exception? error)
    {
        try
        {
            settled?.Invoke(error);
        }
        catch (Exception fault)
        {
            error = fault;
        }

        if (error is null)
        {
            _done.TrySetResult(_result);
        }
        else
        {
            _done.TrySetException(error);
        }
    }
}
