namespace Serverless.Inference.Runner;

/// <summary>
/// Watches that steps end. A device can hang in the middle of one (a driver's fault, a card that fell off its bus), and the thread that waits for
/// it with it: then somebody else must tell those who wait for the thread.
/// </summary>
internal sealed class StepWatch : IDisposable
{
    private const int Looks = 4;
    private const long Idle = 0;
    private const long Stalled = -1;

    private readonly TimeProvider time;
    private readonly TimeSpan limit;
    private readonly Action onStalled;
    private readonly ITimer timer;
    private long start;
    private long steps;

    // Idle, Stalled, or the number of the step that runs.
    private long state = Idle;

    /// <param name="time">The clock.</param>
    /// <param name="limit">Longest time of a step; it is looked at four times in that time.</param>
    /// <param name="onStalled">Called once, on another thread, when a step takes longer: the thread that waits for it has lost its say.</param>
    public StepWatch(TimeProvider time, TimeSpan limit, Action onStalled)
    {
        (this.time, this.limit, this.onStalled) = (time, limit, onStalled);
        timer = time.CreateTimer(_ => Look(), null, limit / Looks, limit / Looks);
    }

    /// <summary>Longest time of a step.</summary>
    public TimeSpan Limit => limit;

    /// <summary>Whether a step was given up.</summary>
    public bool HasStalled => Volatile.Read(ref state) == Stalled;

    /// <summary>A part of a step begins on the loop's thread.</summary>
    public void Enter()
    {
        Volatile.Write(ref start, time.GetTimestamp());
        Volatile.Write(ref state, ++steps);
    }

    /// <summary>It has ended.</summary>
    /// <returns>False if it was given up before: the caller's state is others' now.</returns>
    public bool TryLeave() => Volatile.Read(ref state) == Idle || Interlocked.CompareExchange(ref state, Idle, steps) == steps;

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    private void Look()
    {
        // The number of the step first: a start that is read later belongs to it or to a later one.
        long step = Volatile.Read(ref state);
        if (step > Idle && time.GetElapsedTime(Volatile.Read(ref start)) >= limit && Interlocked.CompareExchange(ref state, Stalled, step) == step) onStalled();
    }
}
