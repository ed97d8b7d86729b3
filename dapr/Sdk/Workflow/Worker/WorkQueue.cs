namespace Dapr.Workflow.Worker;

/// <summary>Runs work on the thread pool, so much at a time; the rest waits in its order.</summary>
internal sealed class WorkQueue(int limit)
{
    private readonly Lock gate = new();
    private readonly Queue<Func<Task>> waiting = new();
    private TaskCompletionSource? idle;
    private int running;
    private bool stopped;

    /// <summary>How much is running.</summary>
    public int Running
    {
        get
        {
            lock (gate)
            {
                return running;
            }
        }
    }

    /// <summary>Takes work. After <see cref="StopAsync"/> nothing is taken any more.</summary>
    public void Enqueue(Func<Task> work)
    {
        lock (gate)
        {
            if (stopped)
            {
                return;
            }

            if (running == limit)
            {
                waiting.Enqueue(work);
                return;
            }

            running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Queue.RunAsync(state.Work), (Queue: this, Work: work), preferLocal: false);
    }

    /// <summary>Drops what waits and ends when nothing runs any more.</summary>
    public Task StopAsync()
    {
        lock (gate)
        {
            stopped = true;
            waiting.Clear();
            idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (running == 0)
            {
                idle.TrySetResult();
            }

            return idle.Task;
        }
    }

    // Work reports its own errors: it does not throw.
    private async Task RunAsync(Func<Task> work)
    {
        for (var next = work; next is not null; next = Next())
        {
            await next().ConfigureAwait(false);
        }
    }

    private Func<Task>? Next()
    {
        lock (gate)
        {
            if (waiting.TryDequeue(out var next))
            {
                return next;
            }

            if (--running == 0 && stopped)
            {
                idle!.TrySetResult();
            }

            return null;
        }
    }
}
