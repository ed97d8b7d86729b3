namespace Serverless.Inference.Kernels.Cuda;

/// <summary>A weight matrix on the card, [outputs, inputs] as in checkpoints; rows start on 16 bytes.</summary>
internal sealed class CudaMatrix : Matrix
{
    private readonly CudaArena arena;
    private int disposed;

    /// <param name="arena">Where it lies.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="storage">Type of its numbers.</param>
    public CudaMatrix(CudaArena arena, int rows, int columns, DType storage)
    {
        this.arena = arena;
        Rows = rows;
        Columns = columns;
        Storage = storage;
        Stride = Layout.Padded(columns);
        Data = arena.Allocate(Bytes);
    }

    /// <inheritdoc/>
    public override int Rows { get; }

    /// <inheritdoc/>
    public override int Columns { get; }

    /// <inheritdoc/>
    public override DType Storage { get; }

    /// <inheritdoc/>
    public override long Bytes => (long)Rows * Stride * Layout.Bytes(Storage);

    /// <summary>Numbers from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>Its first number.</summary>
    public DevicePointer Data { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0) arena.Free(Data);
    }
}
