namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Activations on the card, row-major; rows start on 16 bytes, what pads them is not read.</summary>
internal sealed class CudaTensor : Tensor
{
    private readonly CudaArena arena;
    private int disposed;

    /// <param name="arena">Where it lies.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="type">Their type.</param>
    public CudaTensor(CudaArena arena, int rows, int columns, DType type)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        this.arena = arena;
        Rows = rows;
        Columns = columns;
        Type = type;
        Stride = Layout.Padded(columns);
        Data = arena.Allocate((long)rows * Stride * Layout.Bytes(type));
    }

    /// <inheritdoc/>
    public override int Rows { get; }

    /// <inheritdoc/>
    public override int Columns { get; }

    /// <summary>Type of the numbers.</summary>
    public DType Type { get; }

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
