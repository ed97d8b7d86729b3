using System.Runtime.CompilerServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Constants of attention.</summary>
internal static class AttentionTile
{
    /// <summary>Positions between two rescalings.</summary>
    public const int Span = 128;
}

/// <summary>One span of positions for the rows of a chunk, four rows at a time.</summary>
internal unsafe ref partial struct AttentionTile<S, V, F>
    where S : ISimd<V>
    where V : struct
    where F : IPairFormat<V>
{
    private const int Span = AttentionTile.Span;
    private const int Tile = CpuKvCache.Tile;

    public AttentionRows Rows;

    /// <summary>Tiles of 16 keys; those that no row sees are not set.</summary>
    public byte** Keys;

    /// <summary>Their values.</summary>
    public byte** Values;
    public int HeadSize;

    [SkipLocalsInit]
    public readonly void Run()
    {
        float* scores = stackalloc float[4 * Span];
        for (int row = 0; row < Rows.Count; row += 4)
        {
            int count = Math.Min(4, Rows.Count - row);
            int low = Span, high = 0, sharedLow = 0, sharedHigh = Span;
            for (int i = row; i < row + count; i++)
            {
                if (Rows.Low[i] < Rows.High[i])
                {
                    low = Math.Min(low, Rows.Low[i]);
                    high = Math.Max(high, Rows.High[i]);
                }

                sharedLow = Math.Max(sharedLow, Rows.Low[i]);
                sharedHigh = Math.Min(sharedHigh, Rows.High[i]);
            }

            if (low >= high)
            {
                continue;
            }

            Score(row, count, low / Tile * Tile, (high + Tile - 1) / Tile * Tile, scores);
            for (int i = 0; i < count; i++)
            {
                Weigh(row + i, scores + (i * Span));
            }

            AddValues(row, count, (sharedLow + 1) / 2 * 2, sharedHigh / 2 * 2, scores);
        }
    }

    private readonly void Score(int row, int count, int low, int high, float* scores)
    {
        for (int i = low; i < high; i += 2 * S.Width)
        {
            // A second vector past the end is the first one again.
            int next = i + S.Width < high ? i + S.Width : i;
            if (count > 1)
            {
                Scores4(row, row + count - 1, i, next, scores);
            }
            else
            {
                Scores1(row, i, next, scores);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Key(int i) => Keys[i / Tile] + (i % Tile * 4);

    /// <summary>Scores of up to four rows with two vectors of keys: each is one chain over the dimensions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Scores4(int row, int last, int first, int second, float* scores)
    {
        byte* keyA = Key(first), keyB = Key(second);
        byte* nextA = Next(first), nextB = Next(second);
        float* q0 = Rows.Queries + (row * Rows.Padded);
        float* q1 = Rows.Queries + (Math.Min(row + 1, last) * Rows.Padded);
        float* q2 = Rows.Queries + (Math.Min(row + 2, last) * Rows.Padded);
        float* q3 = Rows.Queries + (Math.Min(row + 3, last) * Rows.Padded);
        V a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        for (nint d = 0; d < HeadSize; d += 2)
        {
            F.Load(keyA, 64, out V evenA, out V oddA);
            F.Load(keyB, 64, out V evenB, out V oddB);
            if (row == 0)
            {
                Ahead(d, nextA, nextB, Values[first / Tile], Values[second / Tile]);
            }

            keyA += Tile * F.PairBytes;
            keyB += Tile * F.PairBytes;
            V q = S.Broadcast(q0[d]);
            a0 = S.Fma(q, evenA, a0);
            b0 = S.Fma(q, evenB, b0);
            q = S.Broadcast(q1[d]);
            a1 = S.Fma(q, evenA, a1);
            b1 = S.Fma(q, evenB, b1);
            q = S.Broadcast(q2[d]);
            a2 = S.Fma(q, evenA, a2);
            b2 = S.Fma(q, evenB, b2);
            q = S.Broadcast(q3[d]);
            a3 = S.Fma(q, evenA, a3);
            b3 = S.Fma(q, evenB, b3);
            q = S.Broadcast(q0[d + 1]);
            a0 = S.Fma(q, oddA, a0);
            b0 = S.Fma(q, oddB, b0);
            q = S.Broadcast(q1[d + 1]);
            a1 = S.Fma(q, oddA, a1);
            b1 = S.Fma(q, oddB, b1);
            q = S.Broadcast(q2[d + 1]);
            a2 = S.Fma(q, oddA, a2);
            b2 = S.Fma(q, oddB, b2);
            q = S.Broadcast(q3[d + 1]);
            a3 = S.Fma(q, oddA, a3);
            b3 = S.Fma(q, oddB, b3);
        }

        Put(scores, first, second, a0, b0);
        Put(scores + Span, first, second, a1, b1);
        Put(scores + (2 * Span), first, second, a2, b2);
        Put(scores + (3 * Span), first, second, a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Scores1(int row, int first, int second, float* scores)
    {
        byte* keyA = Key(first), keyB = Key(second);
        float* query = Rows.Queries + (row * Rows.Padded);
        V a = default, b = default;
        for (nint d = 0; d < HeadSize; d += 2)
        {
            F.Load(keyA, 64, out V evenA, out V oddA);
            F.Load(keyB, 64, out V evenB, out V oddB);
            keyA += Tile * F.PairBytes;
            keyB += Tile * F.PairBytes;
            V q = S.Broadcast(query[d]);
            a = S.Fma(q, evenA, a);
            b = S.Fma(q, evenB, b);
            q = S.Broadcast(query[d + 1]);
            a = S.Fma(q, oddA, a);
            b = S.Fma(q, oddB, b);
        }

        Put(scores, first, second, a, b);
    }

    /// <summary>
    /// Tiles lie anywhere, so the processor does not see the next ones coming: while one tile of keys is used, those after it and its values
    /// are asked for.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ahead(nint d, byte* nextA, byte* nextB, byte* valuesA, byte* valuesB)
    {
        // A pair of dimensions of 16 keys, as many bytes of their values.
        nint at = d / 2 * Tile * F.PairBytes;
        Prefetch.Near(nextA + at);
        Prefetch.Near(nextB + at);
        Prefetch.Near(valuesA + at);
        Prefetch.Near(valuesB + at);
    }

    /// <summary>The tile after next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Next(int i) => Keys[Math.Min((i / Tile) + 2, (Span / Tile) - 1)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* scores, int first, int second, V a, V b)
    {
        S.Store(scores + first, a);
        S.Store(scores + second, b);
    }

    /// <summary>A row's scores become weights, 0 where it does not look; its earlier results shrink as the largest score grows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Weigh(int row, float* scores)
    {
        int low = Rows.Low[row], high = Rows.High[row];
        if (low >= high)
        {
            return;
        }

        int begin = low / Tile * Tile;
        int end = (high + Tile - 1) / Tile * Tile;
        new Span<float>(scores + begin, low - begin).Fill(float.NegativeInfinity);
        new Span<float>(scores + high, end - high).Fill(float.NegativeInfinity);
        V largest = S.Broadcast(Rows.Largest[row]);
        for (int i = begin; i < end; i += S.Width)
        {
            largest = S.Max(largest, S.Load(scores + i));
        }

        float* lanes = stackalloc float[Tile];
        S.Store(lanes, largest);
        float newLargest = lanes[0];
        for (int i = 1; i < S.Width; i++)
        {
            newLargest = MathF.Max(newLargest, lanes[i]);
        }

        V shift = S.Broadcast(newLargest);
        V correction = VectorMath.Exp<S, V>(S.Subtract(S.Broadcast(Rows.Largest[row]), shift));
        Rows.Largest[row] = newLargest;
        for (int i = begin; i < end; i += S.Width)
        {
            S.Store(scores + i, VectorMath.Exp<S, V>(S.Subtract(S.Load(scores + i), shift)));
        }

        new Span<float>(scores + begin, low - begin).Clear();
        new Span<float>(scores + high, end - high).Clear();
        for (int lane = 0; lane < Tile; lane += S.Width)
        {
            float* sums = Rows.Sums + (row * Tile) + lane;
            V sum = S.Multiply(S.Load(sums), correction);
            for (int i = begin + lane; i < end; i += Tile)
            {
                sum = S.Add(sum, S.Load(scores + i));
            }

            S.Store(sums, sum);
        }

        float* total = Rows.Totals + (row * Rows.Padded);
        for (int d = 0; d < Rows.Padded; d += S.Width)
        {
            S.Store(total + d, S.Multiply(S.Load(total + d), correction));
        }
    }
}
