namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Work on single rows; a chunk is a run of them.</summary>
internal unsafe interface IRowWork
{
    void Row(int row);
}

/// <summary>Cuts rows into chunks.</summary>
internal struct RowChunks<TWork> : IChunkedWork
    where TWork : unmanaged, IRowWork
{
    public TWork Work;
    public int Rows;
    public int RowsPerChunk;

    public readonly void Run(int chunk)
    {
        int end = Math.Min(Rows, (chunk + 1) * RowsPerChunk);
        for (int row = chunk * RowsPerChunk; row < end; row++)
        {
            Work.Row(row);
        }
    }
}
