using System.Runtime.CompilerServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Functions of vectors that give the same bits at every width.</summary>
internal static unsafe class VectorMath
{
    /// <summary>
    /// e^x with a relative error below 2e-7: x = n ln 2 + r, |r| &lt;= ln 2 / 2, and e^r by its Taylor series up to r^7. Arguments are clamped to
    /// [-87, 88], so that the result is neither infinite nor denormal.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<S, V>(V x)
        where S : ISimd<V>
        where V : struct
    {
        x = S.Min(S.Broadcast(88), S.Max(S.Broadcast(-87), x));

        // Adding 1.5 * 2^23 rounds to a whole number.
        V magic = S.Broadcast(12582912);
        V n = S.Subtract(S.Fma(x, S.Broadcast(1.442695041f), magic), magic);

        // ln 2 in two parts: n times the first is exact.
        V r = S.Fma(n, S.Broadcast(-0.693359375f), x);
        r = S.Fma(n, S.Broadcast(2.12194440e-4f), r);
        V sum = S.Broadcast(1f / 5040);
        sum = S.Fma(sum, r, S.Broadcast(1f / 720));
        sum = S.Fma(sum, r, S.Broadcast(1f / 120));
        sum = S.Fma(sum, r, S.Broadcast(1f / 24));
        sum = S.Fma(sum, r, S.Broadcast(1f / 6));
        sum = S.Fma(sum, r, S.Broadcast(0.5f));
        sum = S.Fma(sum, r, S.Broadcast(1));
        sum = S.Fma(sum, r, S.Broadcast(1));
        return S.Multiply(sum, S.PowerOfTwo(n));
    }

    /// <summary>Sum of squares: 16 running sums (of the indices equal modulo 16), then those in order.</summary>
    public static float SumOfSquares<S, V>(float* x, int count)
        where S : ISimd<V>
        where V : struct
    {
        float* sums = stackalloc float[16];
        int whole = count / 16 * 16;
        for (int lane = 0; lane < 16; lane += S.Width)
        {
            V sum = default;
            for (int i = lane; i < whole; i += 16)
            {
                V value = S.Load(x + i);
                sum = S.Fma(value, value, sum);
            }

            S.Store(sums + lane, sum);
        }

        for (int i = whole; i < count; i++)
        {
            sums[i - whole] = MathF.FusedMultiplyAdd(x[i], x[i], sums[i - whole]);
        }

        return Sum16(sums);
    }

    /// <summary>The 16 numbers added in order.</summary>
    public static float Sum16(float* values)
    {
        float sum = values[0];
        for (int i = 1; i < 16; i++)
        {
            sum += values[i];
        }

        return sum;
    }
}
