using Serverless.Inference.Kernels;

namespace Serverless.Conformance.Tests.Kernels;

/// <summary>
/// Sequences with random queries, keys and values, run through a backend in steps of any chunking with blocks anywhere, and the same through
/// the float64 reference.
/// </summary>
internal sealed class AttentionScene
{
    private readonly float[][] _qkv;
    private readonly float[] _cos;
    private readonly float[] _sin;
    private readonly float[]? _queryNorm;
    private readonly float[]? _keyNorm;

    public AttentionScene(int seed, int[] lengths, int queryHeads, int kvHeads, int headSize, DType storage, int? window = null, int? rotarySize = null, bool norm = false)
    {
        var random = new Random(seed);
        (Lengths, QueryHeads, KvHeads, HeadSize, Storage, Window) = (lengths, queryHeads, kvHeads, headSize, storage, window);
        RotarySize = rotarySize ?? headSize;
        _qkv = [.. lengths.Select(length => Weights.Random(random, length * Columns, 2))];
        double[] angles = [.. Enumerable.Range(0, lengths.Max() * RotarySize / 2).Select(_ => random.NextDouble() * 6.3)];
        _cos = Array.ConvertAll(angles, a => (float)Math.Cos(a));
        _sin = Array.ConvertAll(angles, a => (float)Math.Sin(a));
        _queryNorm = norm ? Weights.Random(random, headSize) : null;
        _keyNorm = norm ? Weights.Random(random, headSize) : null;
    }

    public int[] Lengths { get; }

    public int QueryHeads { get; }

    public int KvHeads { get; }

    public int HeadSize { get; }

    public int RotarySize { get; }

    public DType Storage { get; }

    public int? Window { get; }

    private int Columns => (QueryHeads + (2 * KvHeads)) * HeadSize;

    private float Scale => 1 / MathF.Sqrt(HeadSize);

    /// <summary>Runs all tokens; each step takes up to <paramref name="chunk"/> tokens of every sequence that has some left. [sequence][token * columns].</summary>
    public float[][] Run(IKernels kernels, Func<int, int> chunk, int blockSize, int placementSeed, int[]? order = null, bool areShort = false)
    {
        order ??= [.. Enumerable.Range(0, Lengths.Length)];
        int maxBlocks = ((Lengths.Max() + blockSize - 1) / blockSize) + 1;
        int blocks = Lengths.Length * maxBlocks;
        int[] places = [.. Enumerable.Range(0, blocks)];
        new Random(placementSeed).Shuffle(places);
        using KvCache cache = kernels.AllocateKvCache(new KvCacheShape(2, blocks, blockSize, KvHeads, HeadSize, Storage));
        var rotary = new RotaryTable(_cos, _sin, RotarySize, QueryHeads);
        using Vector? query = _queryNorm == null ? null : kernels.LoadVector(_queryNorm);
        using Vector? key = _keyNorm == null ? null : kernels.LoadVector(_keyNorm);
        HeadNorm? norm = query == null ? null : new HeadNorm(query, key!, 1e-6f);
        var done = new int[Lengths.Length];
        float[][] results = [.. Lengths.Select(length => new float[length * QueryHeads * HeadSize])];
        for (int step = 0; done.Zip(Lengths).Any(p => p.First < p.Second); step++)
        {
            RunStep(kernels, cache, rotary, norm, order, done, Math.Max(1, chunk(step)), blockSize, maxBlocks, places, areShort, results);
        }

        return results;
    }

    private void RunStep(
        IKernels kernels, KvCache cache, RotaryTable rotary, HeadNorm? norm, int[] order, int[] done, int chunk, int blockSize, int maxBlocks, int[] places, bool areShort, float[][] results)
    {
        List<int> tokens = [], positions = [], slots = [], starts = [0], tables = [];
        List<float> rows = [];
        List<(int Sequence, int First, int Count)> parts = [];
        foreach (int sequence in order)
        {
            int count = Math.Min(chunk, Lengths[sequence] - done[sequence]);
            if (count == 0)
            {
                continue;
            }

            for (int i = 0; i < count; i++)
            {
                int position = done[sequence] + i;
                positions.Add(position);
                tokens.Add(0);
                slots.Add((places[(sequence * maxBlocks) + (position / blockSize)] * blockSize) + (position % blockSize));
            }

            rows.AddRange(_qkv[sequence].AsSpan(done[sequence] * Columns, count * Columns));
            tables.AddRange(places.AsSpan(sequence * maxBlocks, maxBlocks));
            starts.Add(positions.Count);
            parts.Add((sequence, done[sequence], count));
            done[sequence] += count;
        }

        var layout = new StepLayout
        {
            RowCount = positions.Count,
            SequenceCount = parts.Count,
            Tokens = [.. tokens],
            Positions = [.. positions],
            Slots = [.. slots],
            SequenceStarts = [.. starts],
            BlockTables = [.. tables],
            MaxBlocks = maxBlocks,
            BlockSize = blockSize,
            PastIsComplete = parts.TrueForAll(part => part.Count == 1),
            LengthsAreShort = areShort,
        };
        using Tensor qkv = KernelSuite.Upload(kernels, [.. rows], Columns);
        using Tensor output = KernelSuite.Poisoned(kernels, layout.RowCount, QueryHeads * HeadSize);
        kernels.Begin(layout);
        kernels.RotaryAttention(qkv, rotary, norm, layout, cache, 1, Scale, Window, output);
        float[] step = KernelSuite.Download(kernels, output, layout.RowCount);
        int width = QueryHeads * HeadSize;
        int row = 0;
        foreach ((int sequence, int first, int count) in parts)
        {
            Array.Copy(step, row * width, results[sequence], first * width, count * width);
            row += count;
        }
    }

    /// <summary>The same in float64, with keys and values rounded to their storage.</summary>
    public double[][] Expected() => [.. Enumerable.Range(0, Lengths.Length).Select(ExpectedOf)];

    private double[] ExpectedOf(int sequence)
    {
        int length = Lengths[sequence];
        var result = new double[length * QueryHeads * HeadSize];
        for (int head = 0; head < QueryHeads; head++)
        {
            int kvHead = QueryHeads + (head / (QueryHeads / KvHeads));
            double[][] keys = [.. Enumerable.Range(0, length).Select(t => Stored(Rotated(sequence, t, kvHead, _keyNorm)))];
            double[][] values = [.. Enumerable.Range(0, length).Select(t => Stored(Head(sequence, t, kvHead + KvHeads)))];
            for (int t = 0; t < length; t++)
            {
                int begin = Math.Max(0, t + 1 - (Window ?? int.MaxValue));
                double[] output = Reference.Attention(Rotated(sequence, t, head, _queryNorm), keys[begin..(t + 1)], values[begin..(t + 1)], Scale);
                output.CopyTo(result, ((t * QueryHeads) + head) * HeadSize);
            }
        }

        return result;
    }

    private double[] Head(int sequence, int token, int head) =>
        Array.ConvertAll(_qkv[sequence].AsSpan((token * Columns) + (head * HeadSize), HeadSize).ToArray(), v => (double)v);

    private double[] Rotated(int sequence, int token, int head, float[]? norm)
    {
        double[] x = Head(sequence, token, head);
        return Reference.Rotate(norm == null ? x : Reference.RmsNorm(x, norm, 1e-6), _cos, _sin, token, RotarySize);
    }

    private double[] Stored(double[] values) => Array.ConvertAll(values, v => (double)Weights.Rounded((float)v, Storage));
}
