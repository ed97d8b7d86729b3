namespace Serverless.Inference.OpenAI;

/// <summary>
/// How many requests may be at the server: halved when it says that it is overloaded, and one more after as many answers as there may be
/// (additive increase, multiplicative decrease). Requests that were under way when it was halved do not halve it again. Thread-safe.
/// </summary>
internal sealed class InFlightLimit(int most)
{
    private readonly Lock gate = new();
    private readonly LinkedList<TaskCompletionSource<long>> waiting = [];
    private double limit = most;
    private int inFlight;
    private long started, lastCutAt;

    /// <summary>Requests that may be at the server.</summary>
    internal int Limit
    {
        get
        {
            lock (gate) return (int)limit;
        }
    }

    /// <summary>Waits for a place.</summary>
    /// <returns>To be handed to <see cref="Leave"/>.</returns>
    internal async Task<long> EnterAsync(CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource<long>> place;
        lock (gate)
        {
            if (waiting.Count == 0 && inFlight < (int)limit) return Start();
            place = waiting.AddLast(new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            return await place.Value.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            lock (gate)
            {
                if (place.List is not null) waiting.Remove(place);
                else inFlight--;
                Admit();
            }

            throw;
        }
    }

    /// <summary>A request has come back.</summary>
    /// <param name="ticket">What <see cref="EnterAsync"/> gave.</param>
    /// <param name="overloaded">Whether the server was overloaded; null if that is not known.</param>
    internal void Leave(long ticket, bool? overloaded)
    {
        lock (gate)
        {
            inFlight--;
            if (overloaded is false)
            {
                limit = Math.Min(most, limit + (1 / limit));
            }
            else if (overloaded is true && ticket > lastCutAt)
            {
                limit = Math.Max(1, limit / 2);
                lastCutAt = started;
            }

            Admit();
        }
    }

    private void Admit()
    {
        while (inFlight < (int)limit && waiting.First is { } next)
        {
            waiting.RemoveFirst();
            next.Value.SetResult(Start());
        }
    }

    private long Start()
    {
        inFlight++;
        return ++started;
    }
}
