using System.IO.MemoryMappedFiles;
using System.Text;

namespace Serverless.Workers.InFlight;

/// <summary>
/// Which rows the engine has, in a small mapped file: what a process writes there stays when it is killed, at the cost of a few stores in
/// memory a row. The node's next process reads it. What does not fit is not recorded: then a lost worker has no suspects.
/// </summary>
/// <remarks>Layout: a mark; <see cref="Attempts"/> records of 512 bytes (in use, group, shard, attempt, length and text "job\nreplica");
/// <see cref="Rows"/> records of 16 bytes (number of the attempt's record from 1, or 0; position in the shard).</remarks>
internal sealed class InFlightFile : IDisposable
{
    const long Mark = 0x31_57_4f_52_4e_45_50_4f;
    const int Attempts = 128, AttemptBytes = 512, TextOffset = 20, Rows = 8192, RowBytes = 16;
    const int RowsOffset = sizeof(long) + (Attempts * AttemptBytes);
    const long Length = RowsOffset + (Rows * RowBytes);

    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;
    readonly Lock access = new();
    readonly Stack<int> freeAttempts = new(Enumerable.Range(0, Attempts).Reverse());
    readonly Stack<int> freeRows = new(Enumerable.Range(0, Rows).Reverse());

    InFlightFile(MemoryMappedFile file)
    {
        this.file = file;
        view = file.CreateViewAccessor(0, Length);
        Lost = view.ReadInt64(0) == Mark ? Read() : [];
        view.WriteArray(0, new byte[Length], 0, (int)Length);
        view.Write(0, Mark);
    }

    /// <summary>What the last process had.</summary>
    public IReadOnlyList<LostAttempt> Lost { get; }

    /// <summary>Opens the node's file and empties it.</summary>
    public static InFlightFile Open(string folder, string nodeId)
    {
        Directory.CreateDirectory(folder);
        return new InFlightFile(MemoryMappedFile.CreateFromFile(Path.Combine(folder, $"in-flight-{nodeId}.bin"), FileMode.OpenOrCreate, null, Length));
    }

    /// <summary>A record for an attempt; null if there is no room.</summary>
    public AttemptRows? Begin(LostAttempt attempt)
    {
        var text = Encoding.UTF8.GetBytes($"{attempt.JobId}\n{attempt.ReplicaId}");
        lock (access)
        {
            if (text.Length > AttemptBytes - TextOffset || !freeAttempts.TryPop(out var index))
                return null;
            var at = AttemptAt(index);
            view.Write(at + 4, attempt.Group);
            view.Write(at + 8, attempt.Shard);
            view.Write(at + 12, attempt.Attempt);
            view.Write(at + 16, text.Length);
            view.WriteArray(at + TextOffset, text, 0, text.Length);
            view.Write(at, 1);
            return new AttemptRows(this, index);
        }
    }

    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }

    /// <returns>The row's record; -1 if there is no room.</returns>
    internal int Enter(AttemptRows attempt, long position)
    {
        lock (access)
        {
            if (attempt.HasEnded || !freeRows.TryPop(out var row))
                return -1;
            view.Write(RowAt(row) + 8, position);
            view.Write(RowAt(row), attempt.Index + 1);
            return row;
        }
    }

    internal void Leave(AttemptRows attempt, int row)
    {
        lock (access)
        {
            if (row >= 0 && !attempt.HasEnded)
                Free(row);
        }
    }

    internal IReadOnlyList<long> RowsOf(AttemptRows attempt)
    {
        lock (access)
            return PositionsOf(attempt.Index);
    }

    internal void End(AttemptRows attempt)
    {
        lock (access)
        {
            if (attempt.HasEnded)
                return;
            attempt.HasEnded = true;
            view.Write(AttemptAt(attempt.Index), 0);
            for (var row = 0; row < Rows; row++)
            {
                if (view.ReadInt32(RowAt(row)) == attempt.Index + 1)
                    Free(row);
            }

            freeAttempts.Push(attempt.Index);
        }
    }

    void Free(int row)
    {
        view.Write(RowAt(row), 0);
        freeRows.Push(row);
    }

    List<LostAttempt> Read()
    {
        List<LostAttempt> lost = [];
        for (var index = 0; index < Attempts; index++)
        {
            var at = AttemptAt(index);
            var length = view.ReadInt32(at + 16);
            if (view.ReadInt32(at) != 1 || length is < 0 or > AttemptBytes - TextOffset)
                continue;
            var text = new byte[length];
            view.ReadArray(at + TextOffset, text, 0, length);
            if (Encoding.UTF8.GetString(text).Split('\n') is [var job, var replica])
                lost.Add(new LostAttempt(job, replica, view.ReadInt32(at + 4), view.ReadInt32(at + 8), view.ReadInt32(at + 12), PositionsOf(index)));
        }

        return lost;
    }

    List<long> PositionsOf(int index)
    {
        List<long> positions = [];
        for (var row = 0; row < Rows; row++)
        {
            if (view.ReadInt32(RowAt(row)) == index + 1)
                positions.Add(view.ReadInt64(RowAt(row) + 8));
        }

        positions.Sort();
        return positions;
    }

    static long AttemptAt(int index) => sizeof(long) + (index * AttemptBytes);

    static long RowAt(int row) => RowsOffset + (row * RowBytes);
}
