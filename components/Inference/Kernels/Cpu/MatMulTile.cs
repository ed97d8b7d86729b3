using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// The innermost loops of products: a few rows by two vectors of outputs, with all running sums in registers. Rows past the last one are
/// the last one again: they compute and write what it does.
/// </summary>
internal unsafe ref struct MatMulTile<S, V, F>
    where S : ISimd<V>
    where V : struct
    where F : IPairFormat<V>
{
    private const int PrefetchBytes = 2048;

    public float* X;
    public int XStride;
    public int LastRow;
    public byte* Weight;
    public int Count;

    /// <summary>Where the sums start; null: at the outputs so far.</summary>
    public float* Start;
    public float* Output;
    public int OutputStride;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Rows4(int row)
    {
        float* x0 = Input(row), x1 = Input(row + 1), x2 = Input(row + 2), x3 = Input(row + 3);
        Load(row, out V a0, out V b0);
        Load(row + 1, out V a1, out V b1);
        Load(row + 2, out V a2, out V b2);
        Load(row + 3, out V a3, out V b3);
        byte* weight = Weight;
        for (nint i = 0; i < Count; i++)
        {
            F.Load(weight, 64, out V a, out V b);
            Ahead(weight);
            weight += 16 * F.PairBytes;
            V x = S.Broadcast(x0[i]);
            a0 = S.Fma(x, a, a0);
            b0 = S.Fma(x, b, b0);
            x = S.Broadcast(x1[i]);
            a1 = S.Fma(x, a, a1);
            b1 = S.Fma(x, b, b1);
            x = S.Broadcast(x2[i]);
            a2 = S.Fma(x, a, a2);
            b2 = S.Fma(x, b, b2);
            x = S.Broadcast(x3[i]);
            a3 = S.Fma(x, a, a3);
            b3 = S.Fma(x, b, b3);
        }

        Store(row, a0, b0);
        Store(row + 1, a1, b1);
        Store(row + 2, a2, b2);
        Store(row + 3, a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Rows6(int row)
    {
        float* x0 = Input(row), x1 = Input(row + 1), x2 = Input(row + 2), x3 = Input(row + 3), x4 = Input(row + 4), x5 = Input(row + 5);
        Load(row, out V a0, out V b0);
        Load(row + 1, out V a1, out V b1);
        Load(row + 2, out V a2, out V b2);
        Load(row + 3, out V a3, out V b3);
        Load(row + 4, out V a4, out V b4);
        Load(row + 5, out V a5, out V b5);
        byte* weight = Weight;
        for (nint i = 0; i < Count; i++)
        {
            F.Load(weight, 64, out V a, out V b);
            Ahead(weight);
            weight += 16 * F.PairBytes;
            V x = S.Broadcast(x0[i]);
            a0 = S.Fma(x, a, a0);
            b0 = S.Fma(x, b, b0);
            x = S.Broadcast(x1[i]);
            a1 = S.Fma(x, a, a1);
            b1 = S.Fma(x, b, b1);
            x = S.Broadcast(x2[i]);
            a2 = S.Fma(x, a, a2);
            b2 = S.Fma(x, b, b2);
            x = S.Broadcast(x3[i]);
            a3 = S.Fma(x, a, a3);
            b3 = S.Fma(x, b, b3);
            x = S.Broadcast(x4[i]);
            a4 = S.Fma(x, a, a4);
            b4 = S.Fma(x, b, b4);
            x = S.Broadcast(x5[i]);
            a5 = S.Fma(x, a, a5);
            b5 = S.Fma(x, b, b5);
        }

        Store(row, a0, b0);
        Store(row + 1, a1, b1);
        Store(row + 2, a2, b2);
        Store(row + 3, a3, b3);
        Store(row + 4, a4, b4);
        Store(row + 5, a5, b5);
    }

    /// <summary>For 32 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Rows8(int row)
    {
        float* x0 = Input(row), x1 = Input(row + 1), x2 = Input(row + 2), x3 = Input(row + 3);
        float* x4 = Input(row + 4), x5 = Input(row + 5), x6 = Input(row + 6), x7 = Input(row + 7);
        Load(row, out V a0, out V b0);
        Load(row + 1, out V a1, out V b1);
        Load(row + 2, out V a2, out V b2);
        Load(row + 3, out V a3, out V b3);
        Load(row + 4, out V a4, out V b4);
        Load(row + 5, out V a5, out V b5);
        Load(row + 6, out V a6, out V b6);
        Load(row + 7, out V a7, out V b7);
        byte* weight = Weight;
        for (nint i = 0; i < Count; i++)
        {
            F.Load(weight, 64, out V a, out V b);
            Ahead(weight);
            weight += 16 * F.PairBytes;
            V x = S.Broadcast(x0[i]);
            a0 = S.Fma(x, a, a0);
            b0 = S.Fma(x, b, b0);
            x = S.Broadcast(x1[i]);
            a1 = S.Fma(x, a, a1);
            b1 = S.Fma(x, b, b1);
            x = S.Broadcast(x2[i]);
            a2 = S.Fma(x, a, a2);
            b2 = S.Fma(x, b, b2);
            x = S.Broadcast(x3[i]);
            a3 = S.Fma(x, a, a3);
            b3 = S.Fma(x, b, b3);
            x = S.Broadcast(x4[i]);
            a4 = S.Fma(x, a, a4);
            b4 = S.Fma(x, b, b4);
            x = S.Broadcast(x5[i]);
            a5 = S.Fma(x, a, a5);
            b5 = S.Fma(x, b, b5);
            x = S.Broadcast(x6[i]);
            a6 = S.Fma(x, a, a6);
            b6 = S.Fma(x, b, b6);
            x = S.Broadcast(x7[i]);
            a7 = S.Fma(x, a, a7);
            b7 = S.Fma(x, b, b7);
        }

        Store(row, a0, b0);
        Store(row + 1, a1, b1);
        Store(row + 2, a2, b2);
        Store(row + 3, a3, b3);
        Store(row + 4, a4, b4);
        Store(row + 5, a5, b5);
        Store(row + 6, a6, b6);
        Store(row + 7, a7, b7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ahead(byte* weight)
    {
        Prefetch.Near(weight + PrefetchBytes);
        if (F.PairBytes == 8)
        {
            Prefetch.Near(weight + PrefetchBytes + 64);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float* Input(int row) => X + ((long)Math.Min(row, LastRow) * XStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Load(int row, out V a, out V b)
    {
        float* source = Start == null ? Output + ((long)Math.Min(row, LastRow) * OutputStride) : Start;
        a = S.Load(source);
        b = S.Load(source + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store(int row, V a, V b)
    {
        float* target = Output + ((long)Math.Min(row, LastRow) * OutputStride);
        S.Store(target, a);
        S.Store(target + 16, b);
    }
}

/// <summary>What tiles share.</summary>
internal static unsafe class MatMulTile
{
    /// <summary>A panel's worth of zeros.</summary>
    public static readonly float* Zeros = (float*)NativeMemory.AllocZeroed(CpuMatrix.PanelRows, sizeof(float));
}
