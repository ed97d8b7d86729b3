namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Activations: float32, row-major. Rows start on cache lines; the padding behind a row holds rubbish that nobody reads.</summary>
internal sealed unsafe class CpuTensor : Tensor
{
    private readonly NativeBuffer _buffer;

    public CpuTensor(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Rows = rows;
        Columns = columns;

        // Whole weight panels, so that products write full vectors; one more line keeps the rows of a tile out of each other's cache sets.
        Stride = CpuMatrix.PaddedRows(columns) + 16;
        _buffer = new NativeBuffer((long)rows * Stride * sizeof(float));
    }

    public override int Rows { get; }

    public override int Columns { get; }

    /// <summary>Numbers from one row to the next.</summary>
    public int Stride { get; }

    public float* Data => (float*)_buffer.Pointer;

    public Span<float> Row(int row) => new(Data + ((long)row * Stride), Columns);

    public override void Dispose() => _buffer.Dispose();
}
