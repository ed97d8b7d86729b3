using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Numbers between their stored types and float32. Rounding is to nearest, ties to even.</summary>
internal static unsafe class Numbers
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            // Rounding could carry a NaN's mantissa away.
            return (ushort)((bits >> 16) | 0x40);
        }

        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    public static float FromFloat16(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    public static ushort ToFloat16(float value) => BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>Reads numbers of type <paramref name="type"/> from number <paramref name="first"/> of memory on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(byte* data, DType type, long first, Span<float> target)
    {
        switch (type)
        {
            case DType.Float32:
                new ReadOnlySpan<byte>(data + (first * 4), target.Length * 4).CopyTo(MemoryMarshal.AsBytes(target));
                break;
            case DType.BFloat16:
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = FromBFloat16(Unsafe.ReadUnaligned<ushort>(data + ((first + i) * 2)));
                }

                break;
            default:
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = FromFloat16(Unsafe.ReadUnaligned<ushort>(data + ((first + i) * 2)));
                }

                break;
        }
    }

    /// <summary>The 16 bits of a number in a 16-bit type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort To16Bits(float value, DType type) => type == DType.BFloat16 ? ToBFloat16(value) : ToFloat16(value);

    /// <summary>A number from its 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float From16Bits(ushort bits, DType type) => type == DType.BFloat16 ? FromBFloat16(bits) : FromFloat16(bits);

    /// <summary>Bytes of one number of a checkpoint.</summary>
    /// <exception cref="ArgumentException">Checkpoints hold no such type.</exception>
    public static int SourceBytes(DType type) => type switch
    {
        DType.Float32 => 4,
        DType.BFloat16 or DType.Float16 => 2,
        _ => throw new ArgumentException($"A checkpoint's numbers are Float32, BFloat16 or Float16, not {type}.", nameof(type)),
    };
}
