using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Dot products of 4 signed bytes per 32-bit lane, summed exactly. Each instruction set wants the activations of a group of 4 in its
/// own form, and may want sums to start elsewhere than at 0.
/// </summary>
/// <typeparam name="I">Vector of 32-bit integers.</typeparam>
/// <typeparam name="V">Vector of as many numbers.</typeparam>
internal unsafe interface IInt8Dot<I, V>
    where I : struct
    where V : struct
{
    /// <summary>32-bit words that hold a group of 4 activations.</summary>
    static abstract int Words { get; }

    static abstract void Prepare(sbyte* group, int* words);

    /// <summary>Where the sums of a block start whose activations add up to <paramref name="sum"/>.</summary>
    static abstract int Start(int sum);

    static abstract I Broadcast(int value);

    /// <summary>Loads weights in one or two vectors, as <see cref="Add"/> wants them.</summary>
    static abstract void Load(byte* weights, out I a, out I b);

    /// <summary>sums + the products of prepared weights and activations.</summary>
    static abstract I Add(I sums, I a, I b, int* words);

    static abstract V ToSingle(I sums);
}

/// <summary>AVX-VNNI multiplies unsigned by signed bytes: weights are shifted by 128, and sums start at -128 times the activations' sum.</summary>
internal readonly unsafe struct VnniDot : IInt8Dot<Vector256<int>, Vector256<float>>
{
    public static int Words => 1;

    public static void Prepare(sbyte* group, int* words) => *words = *(int*)group;

    public static int Start(int sum) => -128 * sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* weights, out Vector256<int> a, out Vector256<int> b)
    {
        a = Vector256.Load((int*)weights) ^ Vector256.Create(unchecked((int)0x80808080));
        b = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<int> a, Vector256<int> b, int* words) =>
        AvxVnni.MultiplyWideningAndAdd(sums, a.AsByte(), Vector256.Create(*words).AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingle(Vector256<int> sums) => Vector256.ConvertToSingle(sums);
}

/// <summary>AVX2 multiplies pairs of 16-bit numbers: even and odd bytes are widened apart.</summary>
internal readonly unsafe struct Avx2Dot : IInt8Dot<Vector256<int>, Vector256<float>>
{
    public static int Words => 2;

    public static void Prepare(sbyte* group, int* words)
    {
        words[0] = (group[0] & 0xffff) + (group[2] << 16);
        words[1] = (group[1] & 0xffff) + (group[3] << 16);
    }

    public static int Start(int sum) => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* weights, out Vector256<int> a, out Vector256<int> b)
    {
        Vector256<short> bytes = Vector256.Load((short*)weights);
        a = ((bytes << 8) >> 8).AsInt32();
        b = (bytes >> 8).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<int> a, Vector256<int> b, int* words) =>
        sums + Avx2.MultiplyAddAdjacent(a.AsInt16(), Vector256.Create(words[0]).AsInt16())
            + Avx2.MultiplyAddAdjacent(b.AsInt16(), Vector256.Create(words[1]).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingle(Vector256<int> sums) => Vector256.ConvertToSingle(sums);
}

/// <summary>32-bit products of single bytes.</summary>
internal readonly unsafe struct PortableDot : IInt8Dot<Vector128<int>, Vector128<float>>
{
    public static int Words => 4;

    public static void Prepare(sbyte* group, int* words)
    {
        for (int i = 0; i < 4; i++)
        {
            words[i] = group[i];
        }
    }

    public static int Start(int sum) => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Broadcast(int value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* weights, out Vector128<int> a, out Vector128<int> b)
    {
        a = Vector128.Load((int*)weights);
        b = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(Vector128<int> sums, Vector128<int> a, Vector128<int> b, int* words) =>
        sums + (((a << 24) >> 24) * Vector128.Create(words[0])) + (((a << 16) >> 24) * Vector128.Create(words[1]))
            + (((a << 8) >> 24) * Vector128.Create(words[2])) + ((a >> 24) * Vector128.Create(words[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToSingle(Vector128<int> sums) => Vector128.ConvertToSingle(sums);
}
