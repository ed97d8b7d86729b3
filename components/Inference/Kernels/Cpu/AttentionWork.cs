namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Attention of one sequence's rows to its own past. Positions are taken in spans of 128 that begin at multiples of 128 whatever the row, so that
/// a row's sums have one order: within a span the largest score, the weights e^(score - largest), their sum (16 running sums of the
/// positions equal modulo 16) and the weighted values, position by position; running results are rescaled when the largest score grows.
/// A chunk is one KV head of one sequence.
/// </summary>
internal unsafe struct AttentionWork<S, V, F> : IChunkedWork
    where S : ISimd<V>
    where V : struct
    where F : IPairFormat<V>
{
    private const int Span = 128;

    public float* Qkv;
    public int QkvStride;
    public float* Output;
    public int OutputStride;
    public int QueryHeads;
    public int KvHeads;
    public float Scale;
    public int Window;
    public KvView Cache;
    public int* Positions;
    public int* SequenceStarts;
    public int* BlockTables;
    public int MaxBlocks;

    public readonly void Run(int chunk)
    {
        int sequence = chunk / KvHeads;
        int kvHead = chunk % KvHeads;
        int group = QueryHeads / KvHeads;
        int* table = BlockTables + ((long)sequence * MaxBlocks);
        for (int row = SequenceStarts[sequence]; row < SequenceStarts[sequence + 1]; row++)
        {
            for (int head = kvHead * group; head < (kvHead + 1) * group; head++)
            {
                Attend(row, head, kvHead, table);
            }
        }
    }

    private readonly void Attend(int row, int head, int kvHead, int* table)
    {
        float* query = Qkv + ((long)row * QkvStride) + (head * Cache.HeadSize);
        float* scores = stackalloc float[Span];
        float* sums = stackalloc float[16];
        float* total = stackalloc float[Cache.PaddedHead];
        new Span<float>(sums, 16).Clear();
        new Span<float>(total, Cache.PaddedHead).Clear();
        float largest = float.NegativeInfinity;
        int end = Positions[row] + 1;
        int begin = Math.Max(0, end - Window);
        for (int first = begin / Span * Span; first < end; first += Span)
        {
            int low = Math.Max(begin - first, 0);
            int high = Math.Min(end - first, Span);
            for (int tile = low / 16 * 16; tile < high; tile += 16)
            {
                Score(query, Tile(table, kvHead, first + tile), scores + tile);
            }

            float newLargest = largest;
            for (int i = low; i < high; i++)
            {
                newLargest = MathF.Max(newLargest, scores[i]);
            }

            float correction = Weigh(scores, low, high, largest, newLargest, sums);
            largest = newLargest;
            AddValues(table, kvHead, first, low, high, scores, correction, total);
        }

        float* output = Output + ((long)row * OutputStride) + (head * Cache.HeadSize);
        float inverse = 1 / VectorMath.Sum16(sums);
        for (int d = 0; d < Cache.HeadSize; d++)
        {
            output[d] = total[d] * inverse;
        }
    }

    private readonly byte* Tile(int* table, int kvHead, int position) =>
        Cache.Keys(table[position / Cache.BlockSize], kvHead, position % Cache.BlockSize);

    /// <summary>Scores of a tile of 16 keys: one chain over the dimensions each.</summary>
    private readonly void Score(float* query, byte* keys, float* scores)
    {
        V scale = S.Broadcast(Scale);
        for (int lane = 0; lane < 16; lane += S.Width)
        {
            byte* key = keys + (lane * 4);
            V sum = default;
            for (int d = 0; d < Cache.HeadSize; d += 2)
            {
                F.Load(key, 64, out V a, out V b);
                sum = S.Fma(S.Broadcast(query[d]), a, sum);
                sum = S.Fma(S.Broadcast(query[d + 1]), b, sum);
                key += 16 * F.PairBytes;
            }

            S.Store(scores + lane, S.Multiply(sum, scale));
        }
    }

    /// <summary>Scores become weights, 0 outside of [low, high); returns by how much earlier results shrink.</summary>
    private static float Weigh(float* scores, int low, int high, float largest, float newLargest, float* sums)
    {
        V shift = S.Broadcast(newLargest);
        float* correction = stackalloc float[16];
        S.Store(correction, VectorMath.Exp<S, V>(S.Subtract(S.Broadcast(largest), shift)));
        int tileLow = low / 16 * 16;
        int tileHigh = (high + 15) / 16 * 16;
        for (int i = tileLow; i < tileHigh; i += S.Width)
        {
            S.Store(scores + i, VectorMath.Exp<S, V>(S.Subtract(S.Load(scores + i), shift)));
        }

        new Span<float>(scores + tileLow, low - tileLow).Clear();
        new Span<float>(scores + high, tileHigh - high).Clear();
        for (int lane = 0; lane < 16; lane += S.Width)
        {
            V sum = S.Multiply(S.Load(sums + lane), S.Broadcast(*correction));
            for (int i = tileLow; i < tileHigh; i += 16)
            {
                sum = S.Add(sum, S.Load(scores + i + lane));
            }

            S.Store(sums + lane, sum);
        }

        return *correction;
    }

    /// <summary>total = total * correction + weights * values, position by position. What lies outside of [low, high) is not read as a number.</summary>
    private readonly void AddValues(int* table, int kvHead, int first, int low, int high, float* weights, float correction, float* total)
    {
        int padded = Cache.PaddedHead;
        for (int d = 0; d < padded; d += S.Width)
        {
            V sum = S.Multiply(S.Load(total + d), S.Broadcast(correction));
            for (int i = low / 2 * 2; i < high; i += 2)
            {
                int position = first + i;
                byte* values = Cache.Values(table[position / Cache.BlockSize], kvHead, position % Cache.BlockSize);
                F.Load(values + (d * 4), padded * 4, out V a, out V b);
                sum = i >= low ? S.Fma(S.Broadcast(weights[i]), a, sum) : sum;
                sum = i + 1 < high ? S.Fma(S.Broadcast(weights[i + 1]), b, sum) : sum;
            }

            S.Store(total + d, sum);
        }
    }
}
