using System.Runtime.InteropServices;
using System.Text;

namespace Serverless.Inference.Tests.Models;

/// <summary>
/// The weights of the model fixtures: a function of seed, tensor name and index, the same here and in Fixtures/models/make.py, so
/// that the fixtures need not store them. Every number is exact in the fixture's storage type.
/// </summary>
internal static class FixtureNumbers
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Odd multiples of 2^-bits between -1 and 1, times 2^exponent; without an exponent (norms), multiples of 1/128 from 1/2 to 3/2.</summary>
    public static float[] Of(long seed, string name, int count, int? exponent, int bits)
    {
        ulong state = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) state = unchecked((state ^ b) * 0x100000001B3);
        state = unchecked(state + ((ulong)seed * Golden));

        float[] numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            ulong z = Mix(unchecked(state + ((ulong)(i + 1) * Golden)));
            numbers[i] = exponent is { } e
                ? (float)(((2.0 * (z >> (64 - bits))) + 1 - Math.Pow(2, bits)) * Math.Pow(2, e - bits))
                : (64 + (z >> 57)) / 128f;
        }

        return numbers;
    }

    /// <summary>The numbers as a safetensors type; refuses to round.</summary>
    public static byte[] Encode(float[] numbers, string type)
    {
        switch (type)
        {
            case "F32":
                return MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();
            case "F16":
                Half[] halves = Array.ConvertAll(numbers, n => (Half)n);
                halves.Select(h => (float)h).ShouldBe(numbers);
                return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
            case "BF16":
                ushort[] upper = Array.ConvertAll(numbers, n => (ushort)(BitConverter.SingleToUInt32Bits(n) >> 16));
                upper.Select(u => BitConverter.UInt32BitsToSingle((uint)u << 16)).ShouldBe(numbers);
                return MemoryMarshal.AsBytes(upper.AsSpan()).ToArray();
            default:
                throw new ArgumentException($"fixture with weights of type {type}", nameof(type));
        }
    }

    /// <summary>SplitMix64.</summary>
    private static ulong Mix(ulong z)
    {
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
}
