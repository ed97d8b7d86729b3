using System.Runtime.CompilerServices;

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

    /// <summary>Inputs that are packed at a time: their share of a panel stays in a level-1 cache while its rows come one by one.</summary>
    private const int Block = 64;

    [SkipLocalsInit]
    public readonly void Run(int chunk)
    {
        int panel = (FirstRow / CpuMatrix.PanelRows) + chunk;
        byte* target = Target + (panel * PanelBytes);
        int begin = Math.Max(FirstRow, panel * CpuMatrix.PanelRows);
        int end = Math.Min(FirstRow + SourceRows, (panel + 1) * CpuMatrix.PanelRows);
        float* line = stackalloc float[Block];
        for (int k = 0; k < Columns; k += Block)
        {
            int count = Math.Min(Block, Columns - k);
            for (int row = begin; row < end; row++)
            {
                int lane = row % CpuMatrix.PanelRows;
                int pairLane = (lane % 16 * 2) + (lane / 16);
                long source = ((long)(row - FirstRow) * Columns) + k;
                if (Storage == Type && Storage != DType.Float32)
                {
                    Spread((ushort*)Source + source, (ushort*)target + ((long)k * CpuMatrix.PanelRows) + pairLane, count);
                    continue;
                }

                Numbers.Read(Source, Type, source, new Span<float>(line, count));
                switch (Storage)
                {
                    case DType.Float32:
                        Spread(line, (float*)target + ((long)k * CpuMatrix.PanelRows) + lane, count);
                        break;
                    case DType.Int8:
                        PackInt8(line, count, target + (k / CpuMatrix.Int8Block * (long)CpuMatrix.Int8BlockBytes), lane, pairLane);
                        break;
                    case DType.BFloat16:
                        SpreadBFloat16(line, (ushort*)target + ((long)k * CpuMatrix.PanelRows) + pairLane, count);
                        break;
                    default:
                        SpreadFloat16(line, (ushort*)target + ((long)k * CpuMatrix.PanelRows) + pairLane, count);
                        break;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread<T>(T* source, T* target, int count)
        where T : unmanaged
    {
        for (nint i = 0; i < count; i++)
        {
            target[i * CpuMatrix.PanelRows] = source[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SpreadBFloat16(float* source, ushort* target, int count)
    {
        for (nint i = 0; i < count; i++)
        {
            target[i * CpuMatrix.PanelRows] = Numbers.ToBFloat16(source[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SpreadFloat16(float* source, ushort* target, int count)
    {
        for (nint i = 0; i < count; i++)
        {
            target[i * CpuMatrix.PanelRows] = Numbers.ToFloat16(source[i]);
        }
    }

    /// <summary>
    /// Symmetric: the scale is the block's largest magnitude / 127, rounded up to bfloat16 so that nothing is clipped; weights are rounded
    /// against the scale that is stored.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackInt8(float* line, int count, byte* target, int lane, int pairLane)
    {
        for (int first = 0; first < count; first += CpuMatrix.Int8Block)
        {
            int end = Math.Min(count, first + CpuMatrix.Int8Block);
            float largest = 0;
            for (int i = first; i < end; i++)
            {
                largest = MathF.Max(largest, MathF.Abs(line[i]));
            }

            ushort scaleBits = (ushort)((BitConverter.SingleToUInt32Bits(largest / 127) + 0xffff) >> 16);
            float inverse = scaleBits == 0 ? 0 : 1 / Numbers.FromBFloat16(scaleBits);
            ((ushort*)target)[pairLane] = scaleBits;
            sbyte* weights = (sbyte*)target + (CpuMatrix.PanelRows * 2) + (lane * 4);
            for (int i = 0; i < end - first; i++)
            {
                // Adding 1.5 * 2^23 rounds: the whole number is in the lowest bits.
                weights[(i / 4 * CpuMatrix.PanelRows * 4) + (i % 4)] = (sbyte)BitConverter.SingleToInt32Bits((line[first + i] * inverse) + 12582912);
            }

            target += CpuMatrix.Int8BlockBytes;
        }
    }
}
