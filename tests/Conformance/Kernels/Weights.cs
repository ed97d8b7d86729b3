using System.Runtime.InteropServices;
using Serverless.Inference.Kernels;

namespace Serverless.Conformance.Tests.Kernels;

/// <summary>Random numbers as a checkpoint would hold them, and as they are once stored.</summary>
internal static class Weights
{
    public static float[] Random(Random random, int count, float scale = 1) =>
        [.. Enumerable.Range(0, count).Select(_ => scale * (float)((random.NextDouble() * 2) - 1))];

    public static byte[] ToBytes(float[] values, DType type) => type switch
    {
        DType.Float32 => MemoryMarshal.AsBytes<float>(values).ToArray(),
        DType.Float16 => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, v => (Half)v)).ToArray(),
        DType.BFloat16 => MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, BFloat16Bits)).ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The number after it was stored in <paramref name="type"/>.</summary>
    public static float Rounded(float value, DType type) => type switch
    {
        DType.Float16 => (float)(Half)value,
        DType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BFloat16Bits(value) << 16),
        _ => value,
    };

    public static float[] Rounded(float[] values, DType type) => Array.ConvertAll(values, v => Rounded(v, type));

    private static ushort BFloat16Bits(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint lower = bits & 0xffff;
        uint upper = bits >> 16;
        bool up = lower > 0x8000 || (lower == 0x8000 && (upper & 1) == 1);
        return (ushort)(up ? upper + 1 : upper);
    }
}
