using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Numbers of one stored type as vectors of eight float32; addresses need no alignment.</summary>
internal unsafe interface IStoredNumbers
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Bytes { get; }

    /// <summary>Reads eight numbers.</summary>
    static abstract Vector256<float> Load(byte* source);

    /// <summary>Writes eight numbers, rounded to nearest, ties to even.</summary>
    static abstract void Store(byte* target, Vector256<float> values);

    /// <summary>Reads one number.</summary>
    static abstract float LoadOne(byte* source);

    /// <summary>Writes one number, rounded to nearest, ties to even.</summary>
    static abstract void StoreOne(byte* target, float value);
}

/// <summary>IEEE binary32.</summary>
internal readonly unsafe struct StoredFloat32 : IStoredNumbers
{
    public static int Bytes => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source) => Vector256.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector256<float> values) => values.Store((float*)target);

    public static float LoadOne(byte* source) => Unsafe.ReadUnaligned<float>(source);

    public static void StoreOne(byte* target, float value) => Unsafe.WriteUnaligned(target, value);
}

/// <summary>bfloat16.</summary>
internal readonly unsafe struct StoredBFloat16 : IStoredNumbers
{
    public static int Bytes => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source) => (Words.Load(source) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector256<float> values)
    {
        var bits = values.AsUInt32();
        var upper = bits >> 16;
        var rounded = (bits + Vector256.Create(0x7fffu) + (upper & Vector256.Create(1u))) >> 16;

        // Rounding could carry a NaN's mantissa away.
        Words.Store(target, Vector256.ConditionalSelect(Vector256.Equals(values, values).AsUInt32(), rounded, upper | Vector256.Create(0x40u)));
    }

    public static float LoadOne(byte* source) => Numbers.FromBFloat16(Unsafe.ReadUnaligned<ushort>(source));

    public static void StoreOne(byte* target, float value) => Unsafe.WriteUnaligned(target, Numbers.ToBFloat16(value));
}

/// <summary>IEEE binary16.</summary>
internal readonly unsafe struct StoredFloat16 : IStoredNumbers
{
    private const uint Infinity32 = 0x7f80_0000;
    private const float Scale = 5192296858534827628530496329220096f; // 2^112

    public static int Bytes => sizeof(ushort);

    /// <summary>Exponent and mantissa go to their places in a binary32, then a product changes the exponent's bias; it is right for denormal numbers too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source)
    {
        var bits = Words.Load(source);
        var placed = (bits & Vector256.Create(0x7fffu)) << 13;
        var scaled = (placed.AsSingle() * Vector256.Create(Scale)).AsUInt32();
        var finite = Vector256.LessThan(placed, Vector256.Create(0x7c00u << 13));
        return (Vector256.ConditionalSelect(finite, scaled, placed | Vector256.Create(Infinity32)) | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    /// <summary>A normal number's bits are rounded by an addition that carries into the exponent; a denormal one's by the adder of float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector256<float> values)
    {
        var bits = values.AsUInt32();
        var size = bits & Vector256.Create(0x7fff_ffffu);

        // The bias of the exponent goes from 127 to 15.
        var normal = (size + Vector256.Create(unchecked((uint)(-112 << 23)) + 0xfff) + ((size >> 13) & Vector256.Create(1u))) >> 13;

        // Beside 0.5 the last bit of a float32 weighs 2^-24, as that of a denormal binary16.
        var denormal = (size.AsSingle() + Vector256.Create(0.5f)).AsUInt32() - Vector256.Create(0x3f00_0000u);
        var found = Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256.Create(0x3880_0000u)), denormal, normal);
        found = Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256.Create(0x4780_0000u)), found, Vector256.Create(0x7c00u));
        found = Vector256.ConditionalSelect(Vector256.GreaterThan(size, Vector256.Create(Infinity32)), Vector256.Create(0x7e00u), found);
        Words.Store(target, found | ((bits ^ size) >> 16));
    }

    public static float LoadOne(byte* source) => Numbers.FromFloat16(Unsafe.ReadUnaligned<ushort>(source));

    public static void StoreOne(byte* target, float value) => Unsafe.WriteUnaligned(target, Numbers.ToFloat16(value));
}

/// <summary>Eight 16-bit words in the lower halves of eight 32-bit ones.</summary>
file static unsafe class Words
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Load(byte* source)
    {
        var (lower, upper) = Vector128.Widen(Vector128.Load((ushort*)source));
        return Vector256.Create(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector256<uint> words) => Vector128.Narrow(words.GetLower(), words.GetUpper()).Store((ushort*)target);
}
