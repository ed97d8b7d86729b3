namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Packs the rows of one checkpoint tensor into a matrix, beginning at one of its rows; a chunk is a panel.</summary>
internal unsafe struct PackWork : IChunkedWork
{
    public byte* Source;
    public DType Type;
    public int SourceRows;
    public int FirstRow;
    public byte* Target;
    public long PanelBytes;
    public DType Storage;
    public int Columns;

    /// <summary>Panels that the source's rows touch.</summary>
    public readonly int Chunks => ((FirstRow + SourceRows - 1) / CpuMatrix.PanelRows) - (FirstRow / CpuMatrix.PanelRows) + 1;

    public readonly void Run(int chunk)
    {
        int panel = (FirstRow / CpuMatrix.PanelRows) + chunk;
        byte* target = Target + (panel * PanelBytes);
        int begin = Math.Max(FirstRow, panel * CpuMatrix.PanelRows);
        int end = Math.Min(FirstRow + SourceRows, (panel + 1) * CpuMatrix.PanelRows);
        float* line = stackalloc float[Int8Line];
        for (int row = begin; row < end; row++)
        {
            int lane = row % CpuMatrix.PanelRows;
            long source = (long)(row - FirstRow) * Columns;
            switch (Storage)
            {
                case DType.Float32:
                    PackFloat32(source, (float*)target + lane);
                    break;
                case DType.Int8:
                    PackInt8(source, target, lane, line);
                    break;
                default:
                    Pack16(source, (ushort*)target + (lane % 16 * 2) + (lane / 16));
                    break;
            }
        }
    }

    private const int Int8Line = CpuMatrix.Int8Block;

    private readonly void PackFloat32(long source, float* target)
    {
        for (int k = 0; k < Columns; k++)
        {
            target[(long)k * CpuMatrix.PanelRows] = Numbers.Read(Source, Type, source + k);
        }
    }

    private readonly void Pack16(long source, ushort* target)
    {
        if (Type == Storage)
        {
            ushort* bits = (ushort*)Source + source;
            for (int k = 0; k < Columns; k++)
            {
                target[(long)k * CpuMatrix.PanelRows] = bits[k];
            }

            return;
        }

        for (int k = 0; k < Columns; k++)
        {
            target[(long)k * CpuMatrix.PanelRows] = Numbers.To16Bits(Numbers.Read(Source, Type, source + k), Storage);
        }
    }

    /// <summary>
    /// Symmetric: the scale is the block's largest magnitude / 127, rounded up to bfloat16 so that nothing is clipped; weights are rounded
    /// against the scale that is stored.
    /// </summary>
    private readonly void PackInt8(long source, byte* panel, int lane, float* line)
    {
        int blocks = CpuMatrix.Int8Blocks(Columns);
        for (int block = 0; block < blocks; block++)
        {
            int first = block * CpuMatrix.Int8Block;
            int count = Math.Min(CpuMatrix.Int8Block, Columns - first);
            float largest = 0;
            for (int i = 0; i < count; i++)
            {
                line[i] = Numbers.Read(Source, Type, source + first + i);
                largest = MathF.Max(largest, MathF.Abs(line[i]));
            }

            byte* target = panel + ((long)block * CpuMatrix.Int8BlockBytes);
            ushort scaleBits = (ushort)((BitConverter.SingleToUInt32Bits(largest / 127) + 0xffff) >> 16);
            float scale = Numbers.FromBFloat16(scaleBits);
            ((ushort*)target)[(lane % 16 * 2) + (lane / 16)] = scaleBits;
            sbyte* weights = (sbyte*)target + (CpuMatrix.PanelRows * 2);
            for (int i = 0; i < count; i++)
            {
                float quotient = scale == 0 ? 0 : MathF.Round(line[i] / scale);
                weights[(i / 4 * CpuMatrix.PanelRows * 4) + (lane * 4) + (i % 4)] = (sbyte)Math.Clamp(quotient, -127, 127);
            }
        }
    }
}
