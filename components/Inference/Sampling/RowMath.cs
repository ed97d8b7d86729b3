using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Inference.Sampling;

/// <summary>
/// Passes over one row of logits, eight numbers at a time on every machine, so that results do not depend on the width of its
/// vectors. Sums are kept per block of <see cref="BlockSize"/> numbers, which is also what makes a draw quick to find.
/// </summary>
internal static class RowMath
{
    /// <summary>Numbers of one partial sum.</summary>
    public const int BlockSize = 512;

    /// <summary>The greatest number; NaN if there is any NaN.</summary>
    public static float Max(ReadOnlySpan<float> row)
    {
        ref float first = ref MemoryMarshal.GetReference(row);
        Vector256<float> a = Vector256.Create(float.NegativeInfinity), b = a, c = a, d = a;
        int i = 0;

        // Four chains: one alone would wait for each comparison.
        for (; i <= row.Length - 32; i += 32)
        {
            a = Vector256.Max(a, Vector256.LoadUnsafe(ref first, (nuint)i));
            b = Vector256.Max(b, Vector256.LoadUnsafe(ref first, (nuint)i + 8));
            c = Vector256.Max(c, Vector256.LoadUnsafe(ref first, (nuint)i + 16));
            d = Vector256.Max(d, Vector256.LoadUnsafe(ref first, (nuint)i + 24));
        }

        a = Vector256.Max(Vector256.Max(a, b), Vector256.Max(c, d));
        float max = float.NegativeInfinity;
        for (; i < row.Length; i++) max = MathF.Max(max, row[i]);
        for (int lane = 0; lane < 8; lane++) max = MathF.Max(max, a[lane]);
        return max;
    }

    /// <summary>Index of the first number that equals <paramref name="value"/>, which is one of them.</summary>
    public static int IndexOf(ReadOnlySpan<float> row, float value) => row.IndexOf(value);

    /// <summary>Writes exp((row - max) * scale) and its sums by block; returns the sum of all.</summary>
    /// <param name="row">Numbers up to <paramref name="max"/>; minus infinity gives zero.</param>
    /// <param name="max">The greatest of them, finite.</param>
    /// <param name="scale">Above zero.</param>
    /// <param name="output">As long as the row.</param>
    /// <param name="blockSums">One number for each block.</param>
    public static double Exp(ReadOnlySpan<float> row, float max, float scale, Span<float> output, Span<double> blockSums)
    {
        double total = 0;
        for (int block = 0, start = 0; start < row.Length; block++, start += BlockSize)
        {
            int length = Math.Min(BlockSize, row.Length - start);
            double sum = ExpBlock(row.Slice(start, length), max, scale, output.Slice(start, length));
            blockSums[block] = sum;
            total += sum;
        }

        return total;
    }

    private static float ExpBlock(ReadOnlySpan<float> row, float max, float scale, Span<float> output)
    {
        ref float input = ref MemoryMarshal.GetReference(row);
        ref float result = ref MemoryMarshal.GetReference(output);
        var maxima = Vector256.Create(max);
        var sums = Vector256<float>.Zero;
        int i = 0;
        for (; i <= row.Length - 8; i += 8)
        {
            var value = ExpVector((Vector256.LoadUnsafe(ref input, (nuint)i) - maxima) * scale);
            value.StoreUnsafe(ref result, (nuint)i);
            sums += value;
        }

        if (i < row.Length)
        {
            Span<float> rest = stackalloc float[8];
            rest.Fill(float.NegativeInfinity);
            row[i..].CopyTo(rest);
            var value = ExpVector((Vector256.Create<float>(rest) - maxima) * scale);
            value.CopyTo(rest);
            rest[..(row.Length - i)].CopyTo(output[i..]);
            sums += value;
        }

        return Vector256.Sum(sums);
    }

    /// <summary>exp of numbers up to zero; what is too small for a normal number is zero.</summary>
    private static Vector256<float> ExpVector(Vector256<float> x) =>
        Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(-87f)), Vector256<float>.Zero, VectorMath.Exp<Simd256, Vector256<float>>(x));
}
