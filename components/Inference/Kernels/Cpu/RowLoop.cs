namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Loops over rows, on the caller's thread alone where the work is smaller than the cost of sharing it.</summary>
internal static class RowLoop
{
    /// <summary>Simple operations on numbers that take about as long as waking the others.</summary>
    public const int SmallWork = 1 << 15;

    /// <param name="team">Threads.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="rowCost">Simple operations of one row.</param>
    /// <param name="work">What to do with a row.</param>
    public static void Run<TWork>(ThreadTeam team, int rows, int rowCost, TWork work)
        where TWork : unmanaged, IRowWork
    {
        int rowsPerChunk = Math.Max(Math.Max(1, SmallWork / Math.Max(1, rowCost)), rows / (4 * team.Size));
        var chunks = new RowChunks<TWork> { Work = work, Rows = rows, RowsPerChunk = rowsPerChunk };
        team.Run((rows + rowsPerChunk - 1) / rowsPerChunk, ref chunks);
    }
}
