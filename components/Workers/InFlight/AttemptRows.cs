using Serverless.Processing.Jobs;

namespace Serverless.Workers.InFlight;

/// <summary>The rows of one attempt that the engine has, as they stand in the file until the attempt ends.</summary>
internal sealed class AttemptRows(InFlightFile file, int index) : IRowWatch, IDisposable
{
    public int Index => index;

    /// <summary>Set and read by the file, under its lock: rows that come late find nothing of theirs.</summary>
    public bool HasEnded { get; set; }

    public IReadOnlyList<long> Positions => file.RowsOf(this);

    public int Enter(long position) => file.Enter(this, position);

    public void Leave(int entry) => file.Leave(this, entry);

    public void Dispose() => file.End(this);
}
