namespace Dapr.Workflow.Replay;

/// <summary>
/// The one thread on which the code of a turn may run: that which feeds it its history. Ends of durable tasks run the code that waits for
/// them on it, inside of the call that ends them, with and without ConfigureAwait(false), since neither a synchronisation context nor a
/// task scheduler is in the way. Code that turns up on another thread, or after the turn, has therefore awaited something else.
/// </summary>
internal sealed class WorkflowThread
{
    private const int None = -1;

    private int owner = None;
    private int strayed;

    /// <summary>Whether code has turned up elsewhere.</summary>
    public bool HasStrayed => Volatile.Read(ref strayed) != 0;

    /// <summary>Whether the caller is on the thread.</summary>
    public bool IsCurrent => Volatile.Read(ref owner) == Environment.CurrentManagedThreadId;

    /// <summary>The turn runs on the calling thread from here on.</summary>
    public void Enter() => Volatile.Write(ref owner, Environment.CurrentManagedThreadId);

    /// <summary>The turn is over.</summary>
    public void Leave() => Volatile.Write(ref owner, None);

    /// <summary>Checks where the caller is and remembers when it is elsewhere.</summary>
    public bool Check()
    {
        if (IsCurrent)
        {
            return true;
        }

        Volatile.Write(ref strayed, 1);
        return false;
    }
}
