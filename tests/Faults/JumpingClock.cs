namespace Serverless.Faults.Tests;

/// <summary>The system's clock, whose wall jumps when it is told to; waits go on as they are.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _offset;

    public override DateTimeOffset GetUtcNow() => TimeProvider.System.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));

    /// <summary>Sets the wall clock forward, or backward.</summary>
    public void Jump(TimeSpan distance) => Interlocked.Add(ref _offset, distance.Ticks);
}
