using System.Runtime.CompilerServices;

namespace Serverless.Inference.Kernels.Cpu;

internal unsafe ref partial struct AttentionTile<S, V, F>
{
    /// <summary>Adds weighted values: positions that all rows see together, the others row by row, all in their order.</summary>
    private readonly void AddValues(int row, int count, int sharedLow, int sharedHigh, float* weights)
    {
        bool shared = count > 1 && sharedLow < sharedHigh;
        for (int i = 0; i < count; i++)
        {
            Values1(row + i, Rows.Low[row + i], shared ? sharedLow : Rows.High[row + i], weights + (i * Span));
        }

        if (!shared)
        {
            return;
        }

        for (int d = 0; d < Rows.Padded; d += 2 * S.Width)
        {
            Values4(row, count, sharedLow, sharedHigh, d, Math.Min(d + S.Width, Rows.Padded - S.Width), weights);
        }

        for (int i = 0; i < count; i++)
        {
            Values1(row + i, sharedHigh, Rows.High[row + i], weights + (i * Span));
        }
    }

    /// <summary>Up to four rows by two vectors of dimensions; low and high are even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Values4(int row, int count, int low, int high, int first, int second, float* weights)
    {
        float* t0 = Rows.Totals + (row * Rows.Padded);
        float* t1 = Rows.Totals + ((row + Math.Min(1, count - 1)) * Rows.Padded);
        float* t2 = Rows.Totals + ((row + Math.Min(2, count - 1)) * Rows.Padded);
        float* t3 = Rows.Totals + ((row + Math.Min(3, count - 1)) * Rows.Padded);
        float* w1 = weights + (Math.Min(1, count - 1) * Span);
        float* w2 = weights + (Math.Min(2, count - 1) * Span);
        float* w3 = weights + (Math.Min(3, count - 1) * Span);
        V a0 = S.Load(t0 + first), a1 = S.Load(t1 + first), a2 = S.Load(t2 + first), a3 = S.Load(t3 + first);
        V b0 = S.Load(t0 + second), b1 = S.Load(t1 + second), b2 = S.Load(t2 + second), b3 = S.Load(t3 + second);
        nint stride = Rows.Padded * F.PairBytes;
        nint odd = Rows.Padded * 4;
        for (nint i = low; i < high;)
        {
            byte* values = Values[i / Tile] + (i % Tile / 2 * stride);
            nint end = Math.Min(high, (i / Tile * Tile) + Tile);
            for (; i < end; i += 2)
            {
                F.Load(values + (first * 4), odd, out V evenA, out V oddA);
                F.Load(values + (second * 4), odd, out V evenB, out V oddB);
                values += stride;
                V w = S.Broadcast(weights[i]);
                a0 = S.Fma(w, evenA, a0);
                b0 = S.Fma(w, evenB, b0);
                w = S.Broadcast(w1[i]);
                a1 = S.Fma(w, evenA, a1);
                b1 = S.Fma(w, evenB, b1);
                w = S.Broadcast(w2[i]);
                a2 = S.Fma(w, evenA, a2);
                b2 = S.Fma(w, evenB, b2);
                w = S.Broadcast(w3[i]);
                a3 = S.Fma(w, evenA, a3);
                b3 = S.Fma(w, evenB, b3);
                w = S.Broadcast(weights[i + 1]);
                a0 = S.Fma(w, oddA, a0);
                b0 = S.Fma(w, oddB, b0);
                w = S.Broadcast(w1[i + 1]);
                a1 = S.Fma(w, oddA, a1);
                b1 = S.Fma(w, oddB, b1);
                w = S.Broadcast(w2[i + 1]);
                a2 = S.Fma(w, oddA, a2);
                b2 = S.Fma(w, oddB, b2);
                w = S.Broadcast(w3[i + 1]);
                a3 = S.Fma(w, oddA, a3);
                b3 = S.Fma(w, oddB, b3);
            }
        }

        Put(t0, first, second, a0, b0);
        Put(t1, first, second, a1, b1);
        Put(t2, first, second, a2, b2);
        Put(t3, first, second, a3, b3);
    }

    /// <summary>One row, positions low to high; the other half of a pair is not touched, it may be anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Values1(int row, int low, int high, float* weights)
    {
        float* total = Rows.Totals + (row * Rows.Padded);
        nint stride = Rows.Padded * F.PairBytes;
        nint odd = Rows.Padded * 4;
        for (int first = 0; first < Rows.Padded && low < high; first += 2 * S.Width)
        {
            int second = Math.Min(first + S.Width, Rows.Padded - S.Width);
            V a = S.Load(total + first), b = S.Load(total + second);
            for (int i = low / 2 * 2; i < high; i += 2)
            {
                byte* values = Values[i / Tile] + (i % Tile / 2 * stride);
                F.Load(values + (first * 4), odd, out V evenA, out V oddA);
                F.Load(values + (second * 4), odd, out V evenB, out V oddB);
                if (i >= low)
                {
                    V w = S.Broadcast(weights[i]);
                    a = S.Fma(w, evenA, a);
                    b = S.Fma(w, evenB, b);
                }

                if (i + 1 < high)
                {
                    V w = S.Broadcast(weights[i + 1]);
                    a = S.Fma(w, oddA, a);
                    b = S.Fma(w, oddB, b);
                }
            }

            Put(total, first, second, a, b);
        }
    }
}
