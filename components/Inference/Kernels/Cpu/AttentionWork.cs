using System.Runtime.CompilerServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Attention of rows to their own past. Positions are taken in spans of 128 that begin at multiples of 128 whatever the row, so that a row's
/// sums have one order: within a span the largest score, the weights e^(score - largest), their sum (16 running sums, of the positions
/// equal modulo 16) and the weighted values, position by position; running results are rescaled when the largest score grows.
/// A chunk is up to 32 rows (a row is a query head of a token) that share a KV head: a span's keys and values are read once for them all.
/// </summary>
internal unsafe struct AttentionWork<S, V, F> : IChunkedWork
    where S : ISimd<V>
    where V : struct
    where F : IPairFormat<V>
{
    /// <summary>Rows of a chunk.</summary>
    public const int ChunkRows = 32;

    private const int Span = AttentionTile.Span;
    private const int Tile = CpuKvCache.Tile;

    public float* Qkv;
    public int QkvStride;
    public float* Output;
    public int OutputStride;
    public int Group;
    public int KvHeads;
    public float Scale;
    public int Window;
    public KvView Cache;
    public int* Positions;
    public int* SequenceStarts;
    public int* BlockTables;
    public int MaxBlocks;

    /// <summary>[Items] sequence of each run of rows.</summary>
    public int* ItemSequences;

    /// <summary>[Items] its first row within the sequence and KV head: token * Group + head.</summary>
    public int* ItemRows;
    public int Items;

    [SkipLocalsInit]
    public readonly void Run(int chunk)
    {
        // Late rows see more of the past: they go first, so that threads end together.
        int item = Items - 1 - (chunk / KvHeads);
        int sequence = ItemSequences[item];
        int firstRow = SequenceStarts[sequence];
        int all = (SequenceStarts[sequence + 1] - firstRow) * Group;
        int padded = Cache.PaddedHead;
        int rows = Math.Min(ChunkRows, all - ItemRows[item]);
        float* floats = stackalloc float[ChunkRows * ((2 * padded) + Tile + 1)];
        int* ints = stackalloc int[ChunkRows * 4];
        var state = new AttentionRows
        {
            Count = rows,
            Padded = padded,
            Queries = floats,
            Totals = floats + (ChunkRows * padded),
            Sums = floats + (2 * ChunkRows * padded),
            Largest = floats + (ChunkRows * ((2 * padded) + Tile)),
            Ends = ints,
            Low = ints + ChunkRows,
            High = ints + (2 * ChunkRows),
            Begins = ints + (3 * ChunkRows),
        };
        Load(ref state, chunk % KvHeads, firstRow, ItemRows[item]);
        Attend(ref state, BlockTables + ((long)sequence * MaxBlocks), chunk % KvHeads);
        Store(ref state, chunk % KvHeads, firstRow, ItemRows[item]);
    }

    private readonly void Load(ref AttentionRows state, int kvHead, int firstRow, int item)
    {
        new Span<float>(state.Totals, state.Count * state.Padded).Clear();
        new Span<float>(state.Sums, state.Count * Tile).Clear();
        new Span<float>(state.Largest, state.Count).Fill(float.NegativeInfinity);
        for (int i = 0; i < state.Count; i++)
        {
            int row = firstRow + ((item + i) / Group);
            int head = (kvHead * Group) + ((item + i) % Group);
            float* query = Qkv + ((long)row * QkvStride) + (head * Cache.HeadSize);
            float* target = state.Queries + (i * state.Padded);
            for (int d = 0; d < Cache.HeadSize; d++)
            {
                target[d] = query[d] * Scale;
            }

            state.Ends[i] = Positions[row] + 1;
            state.Begins[i] = Math.Max(0, state.Ends[i] - Window);
        }
    }

    private readonly void Store(ref AttentionRows state, int kvHead, int firstRow, int item)
    {
        for (int i = 0; i < state.Count; i++)
        {
            int row = firstRow + ((item + i) / Group);
            int head = (kvHead * Group) + ((item + i) % Group);
            float* output = Output + ((long)row * OutputStride) + (head * Cache.HeadSize);
            float* total = state.Totals + (i * state.Padded);
            float inverse = 1 / VectorMath.Sum16(state.Sums + (i * Tile));
            for (int d = 0; d < Cache.HeadSize; d++)
            {
                output[d] = total[d] * inverse;
            }
        }
    }

    private readonly void Attend(ref AttentionRows state, int* table, int kvHead)
    {
        byte** keys = stackalloc byte*[Span / Tile];
        byte** values = stackalloc byte*[Span / Tile];
        var tile = new AttentionTile<S, V, F> { Rows = state, Keys = keys, Values = values, HeadSize = Cache.HeadSize };

        // Rows come in the order of their positions.
        int begin = state.Begins[0];
        int end = state.Ends[state.Count - 1];
        for (int first = begin / Span * Span; first < end; first += Span)
        {
            for (int i = 0; i < state.Count; i++)
            {
                state.Low[i] = Math.Max(0, state.Begins[i] - first);
                state.High[i] = Math.Min(Span, state.Ends[i] - first);
            }

            int high = Math.Min(Span, end - first);
            for (int i = Math.Max(0, begin - first) / Tile * Tile; i < high; i += Tile)
            {
                int position = first + i;
                keys[i / Tile] = Cache.Keys(table[position / Cache.BlockSize], kvHead, position % Cache.BlockSize);
                values[i / Tile] = Cache.Values(table[position / Cache.BlockSize], kvHead, position % Cache.BlockSize);
            }

            tile.Run();
        }
    }
}

/// <summary>The rows of a chunk: queries (scaled), results so far, and which positions of the span each of them sees.</summary>
internal unsafe struct AttentionRows
{
    public int Count;

    /// <summary>Numbers from one query (or result) to the next.</summary>
    public int Padded;
    public float* Queries;
    public float* Totals;

    /// <summary>[Count][16].</summary>
    public float* Sums;
    public float* Largest;

    /// <summary>First position that a row sees, and the one behind its last.</summary>
    public int* Begins;
    public int* Ends;

    /// <summary>The same within the span; empty unless Low is less than High.</summary>
    public int* Low;
    public int* High;
}
