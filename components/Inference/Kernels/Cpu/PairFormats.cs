using System.Runtime.CompilerServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// How two vectors of stored numbers lie in memory: as the halves of one vector of 32-bit words (16-bit types), or as two float32 rows.
/// Lane i of both starts 4 * i bytes after the pair's first byte.
/// </summary>
internal unsafe interface IPairFormat<V>
    where V : struct
{
    /// <summary>Bytes of a pair of numbers.</summary>
    static abstract int PairBytes { get; }

    /// <summary>Loads both vectors; <paramref name="second"/> is how many bytes the second float32 row lies behind the first.</summary>
    static abstract void Load(byte* source, nint second, out V a, out V b);
}

internal readonly unsafe struct Float32Pairs<S, V> : IPairFormat<V>
    where S : ISimd<V>
    where V : struct
{
    public static int PairBytes => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* source, nint second, out V a, out V b)
    {
        a = S.Load((float*)source);
        b = S.Load((float*)(source + second));
    }
}

internal readonly unsafe struct BFloat16Pairs<S, V> : IPairFormat<V>
    where S : ISimd<V>
    where V : struct
{
    public static int PairBytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* source, nint second, out V a, out V b)
    {
        a = S.LowBFloat16(source);
        b = S.HighBFloat16(source);
    }
}

internal readonly unsafe struct Float16Pairs<S, V> : IPairFormat<V>
    where S : ISimd<V>
    where V : struct
{
    public static int PairBytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* source, nint second, out V a, out V b)
    {
        a = S.LowFloat16(source);
        b = S.HighFloat16(source);
    }
}
