using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
        float* rest = stackalloc float[CpuMatrix.Int8Block];
        int* target = Row(row);
        for (int first = 0; first < columns; first += CpuMatrix.Int8Block)
        {
            float* block = x + first;
            if (columns - first < CpuMatrix.Int8Block)
            {
                var padded = new Span<float>(rest, CpuMatrix.Int8Block);
                padded.Clear();
                new ReadOnlySpan<float>(block, columns - first).CopyTo(padded);
                block = rest;
            }

            QuantiseBlock<D, I, V>(block, target);
            target += _blockWords;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void QuantiseBlock<D, I, V>(float* x, int* target)
        where D : IInt8Dot<I, V>
        where I : struct
        where V : struct
    {
        Vector128<float> magnitudes = Vector128.Abs(Vector128.Load(x));
        for (int i = 4; i < CpuMatrix.Int8Block; i += 4)
        {
            magnitudes = Vector128.Max(magnitudes, Vector128.Abs(Vector128.Load(x + i)));
        }

        float largest = MathF.Max(MathF.Max(magnitudes[0], magnitudes[1]), MathF.Max(magnitudes[2], magnitudes[3]));
        Vector128<float> inverse = Vector128.Create(largest == 0 ? 0 : 127 / largest);
        sbyte* values = stackalloc sbyte[CpuMatrix.Int8Block];
        Vector128<int> sums = default;
        for (int i = 0; i < CpuMatrix.Int8Block; i += 16)
        {
            Vector128<int> a = Rounded(x + i, inverse), b = Rounded(x + i + 4, inverse), c = Rounded(x + i + 8, inverse), d = Rounded(x + i + 12, inverse);
            sums += a + b + c + d;
            Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d)).Store(values + i);
        }

        *(float*)target = largest / 127;
        target[1] = D.Start(Vector128.Sum(sums));
        for (int group = 0; group < Groups; group++)
        {
            D.Prepare(values + (group * 4), target + Header + (group * D.Words));
        }
    }

    /// <summary>To nearest, ties to even: adding 1.5 * 2^23 leaves a whole number in the lowest bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Rounded(float* x, Vector128<float> factor)
    {
        Vector128<float> magic = Vector128.Create(12582912f);
        return ((Vector128.Load(x) * factor) + magic).AsInt32() - magic.AsInt32();
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
