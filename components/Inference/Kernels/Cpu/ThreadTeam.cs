using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Work in independent chunks.</summary>
internal interface IChunkedWork
{
    /// <summary>Does chunk <paramref name="chunk"/>; called from any thread.</summary>
    void Run(int chunk);
}

/// <summary>
/// Threads that share one loop at a time with the caller. A chunk is claimed by one compare-and-swap; the caller waits only for chunks in
/// flight, so a thread that the system has put aside delays nobody unless it holds a chunk. Idle threads spin for some microseconds,
/// then give their core to others between looks, then sleep.
/// </summary>
internal sealed unsafe class ThreadTeam : IDisposable
{
    private const int MaxChunks = (1 << 20) - 1;
    private const int Spins = 200;
    private const int Yields = 20;

    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private readonly Thread[] _threads;

    // What is running: written by the caller while nothing is in flight, read after a claim.
    private delegate*<void*, int, void> _call;
    private void* _work;
    private ExceptionDispatchInfo? _failure;

    // Loop number (24 bits), next chunk (20), chunks (20): one word, so that a claim succeeds only in the loop it was read in.
    private long _claims;
    private int _unfinished;
    private int _sleeping;
    private int _callerSleeps;
    private int _busy;
    private bool _stop;

    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"kernels-{i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads, the caller's among them.</summary>
    public int Size => _threads.Length + 1;

    /// <summary>Threads that sleep because there is nothing to do.</summary>
    public int Sleeping => Volatile.Read(ref _sleeping);

    /// <summary>Runs all chunks and returns when they are done. One caller at a time.</summary>
    public void Run<TWork>(int chunks, ref TWork work)
        where TWork : unmanaged, IChunkedWork
    {
        if (chunks <= 1 || _threads.Length == 0)
        {
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                work.Run(chunk);
            }

            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunks, MaxChunks);
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException("Two threads use the same CPU kernels at once; give each its own, or take turns.");
        }

        try
        {
            // The caller's frame outlives the loop, so a pointer to it is safe to share.
            fixed (TWork* pointer = &work)
            {
                RunShared(chunks, &Invoke<TWork>, pointer);
            }
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private static void Invoke<TWork>(void* work, int chunk)
        where TWork : unmanaged, IChunkedWork => Unsafe.AsRef<TWork>(work).Run(chunk);

    private void RunShared(int chunks, delegate*<void*, int, void> call, void* work)
    {
        _call = call;
        _work = work;
        _failure = null;
        _unfinished = chunks;
        long loop = (_claims >>> 40) + 1;
        Interlocked.Exchange(ref _claims, (loop << 40) | (uint)chunks);
        int asleep = Volatile.Read(ref _sleeping);
        if (asleep > 0)
        {
            _wake.Release(Math.Min(asleep, chunks - 1));
        }

        while (TryRunChunk())
        {
        }

        Join();
        _failure?.Throw();
    }

    private bool TryRunChunk()
    {
        while (true)
        {
            long seen = Volatile.Read(ref _claims);
            int next = (int)(seen >> 20) & MaxChunks;
            if (next >= ((int)seen & MaxChunks))
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _claims, seen + (1 << 20), seen) != seen)
            {
                continue;
            }

            try
            {
                _call(_work, next);
            }
            catch (Exception failure)
            {
                _failure = ExceptionDispatchInfo.Capture(failure);
            }

            if (Interlocked.Decrement(ref _unfinished) == 0 && Volatile.Read(ref _callerSleeps) != 0 && Interlocked.Exchange(ref _callerSleeps, 0) != 0)
            {
                _done.Release();
            }

            return true;
        }
    }

    private void Join()
    {
        for (int i = 0; i < Spins; i++)
        {
            if (Volatile.Read(ref _unfinished) == 0)
            {
                return;
            }

            Thread.SpinWait(8);
        }

        for (int i = 0; i < Yields; i++)
        {
            if (Volatile.Read(ref _unfinished) == 0)
            {
                return;
            }

            Thread.Yield();
        }

        Interlocked.Exchange(ref _callerSleeps, 1);
        if (Volatile.Read(ref _unfinished) != 0 || Interlocked.Exchange(ref _callerSleeps, 0) == 0)
        {
            // Either chunks are in flight, or the last of them saw the flag and has released us.
            _done.Wait();
        }
    }

    private void Work()
    {
        while (!Volatile.Read(ref _stop))
        {
            if (TryRunChunk() || TryRunSoon())
            {
                continue;
            }

            Interlocked.Increment(ref _sleeping);
            if (!HasWork() && !Volatile.Read(ref _stop))
            {
                _wake.Wait();
            }

            Interlocked.Decrement(ref _sleeping);
        }
    }

    private bool TryRunSoon()
    {
        for (int i = 0; i < Spins + Yields; i++)
        {
            if (HasWork())
            {
                return TryRunChunk();
            }

            if (i < Spins)
            {
                Thread.SpinWait(8);
            }
            else
            {
                Thread.Yield();
            }
        }

        return false;
    }

    private bool HasWork()
    {
        long seen = Volatile.Read(ref _claims);
        return ((int)(seen >> 20) & MaxChunks) < ((int)seen & MaxChunks);
    }

    public void Dispose()
    {
        Volatile.Write(ref _stop, true);
        _wake.Release(_threads.Length + 1);
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _wake.Dispose();
        _done.Dispose();
    }
}
