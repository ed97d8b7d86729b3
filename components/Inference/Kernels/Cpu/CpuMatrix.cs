namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// A weight matrix in panels of 32 outputs. Within a panel the inputs follow each other, so that a product streams memory in order:
/// <list type="bullet">
/// <item>16-bit types: [panel][input][16] words of 32 bits; word i holds outputs i (lower half) and i + 16 (upper half), so that one
/// load gives two vectors after one shift or mask each.</item>
/// <item>float32: [panel][input][32].</item>
/// <item>int8: [panel][block of 32 inputs], each block 32 scales (bfloat16, paired like 16-bit weights) and then
/// [group of 4 inputs][32 outputs][4] signed bytes, which is what dot-product instructions take.</item>
/// </list>
/// Missing outputs and inputs are zeros.
/// </summary>
internal sealed unsafe class CpuMatrix : Matrix
{
    /// <summary>Outputs of one panel.</summary>
    public const int PanelRows = 32;

    /// <summary>Inputs that share a scale in int8.</summary>
    public const int Int8Block = 32;

    /// <summary>Bytes of an int8 block: scales, then weights.</summary>
    public const int Int8BlockBytes = (PanelRows * 2) + (PanelRows * Int8Block);

    private readonly NativeBuffer _buffer;

    public CpuMatrix(int rows, int columns, DType storage)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Rows = rows;
        Columns = columns;
        Storage = storage;
        PanelBytes = storage switch
        {
            DType.Float32 => (long)columns * PanelRows * 4,
            DType.Int8 => (long)Int8Blocks(columns) * Int8BlockBytes,
            _ => (long)columns * PanelRows * 2,
        };
        _buffer = new NativeBuffer(Panels * PanelBytes);
    }

    public override int Rows { get; }

    public override int Columns { get; }

    public override DType Storage { get; }

    public override long Bytes => _buffer.Bytes;

    public int Panels => PaddedRows(Rows) / PanelRows;

    public long PanelBytes { get; }

    public byte* Data => _buffer.Pointer;

    public static int PaddedRows(int rows) => checked(rows + PanelRows - 1) / PanelRows * PanelRows;

    public static int Int8Blocks(int columns) => (columns + Int8Block - 1) / Int8Block;

    public override void Dispose() => _buffer.Dispose();
}
