namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Activations quantised per row and block of 32 inputs (the largest magnitude becomes 127), in scratch memory: for each block its scale, the
/// integer at which sums start, and eight groups of 4 activations in the form that the dot product wants.
/// </summary>
internal readonly unsafe struct Int8Rows
{
    private const int Header = 2;
    private const int Groups = CpuMatrix.Int8Block / 4;
    private readonly int* _words;
    private readonly int _blocks;
    private readonly int _blockWords;

    public Int8Rows(byte* scratch, int columns, int wordsPerGroup)
    {
        _words = (int*)scratch;
        _blocks = CpuMatrix.Int8Blocks(columns);
        _blockWords = Header + (Groups * wordsPerGroup);
    }

    /// <summary>Words from one block to the next.</summary>
    public int BlockWords => _blockWords;

    public static long Bytes(int rows, int columns, int wordsPerGroup) =>
        (long)rows * CpuMatrix.Int8Blocks(columns) * (Header + (Groups * wordsPerGroup)) * sizeof(int);

    /// <summary>First block of a row: scale, start, groups.</summary>
    public int* Row(int row) => _words + ((long)row * _blocks * _blockWords);

    public void Quantise<D, I, V>(int row, float* x, int columns)
        where D : IInt8Dot<I, V>
        where I : struct
        where V : struct
    {
        sbyte* values = stackalloc sbyte[CpuMatrix.Int8Block];
        int* target = Row(row);
        for (int first = 0; first < columns; first += CpuMatrix.Int8Block)
        {
            int count = Math.Min(CpuMatrix.Int8Block, columns - first);
            float largest = 0;
            for (int i = 0; i < count; i++)
            {
                largest = MathF.Max(largest, MathF.Abs(x[first + i]));
            }

            float inverse = largest == 0 ? 0 : 127 / largest;
            int sum = 0;
            for (int i = 0; i < CpuMatrix.Int8Block; i++)
            {
                values[i] = i < count ? (sbyte)MathF.Round(x[first + i] * inverse) : (sbyte)0;
                sum += values[i];
            }

            *(float*)target = largest / 127;
            target[1] = D.Start(sum);
            for (int group = 0; group < Groups; group++)
            {
                D.Prepare(values + (group * 4), target + Header + (group * D.Words));
            }

            target += _blockWords;
        }
    }
}

/// <summary>Quantises rows.</summary>
internal unsafe struct QuantiseWork<D, I, V> : IRowWork
    where D : IInt8Dot<I, V>
    where I : struct
    where V : struct
{
    public float* X;
    public int XStride;
    public int Columns;
    public Int8Rows Target;

    public readonly void Row(int row) => Target.Quantise<D, I, V>(row, X + ((long)row * XStride), Columns);
}
