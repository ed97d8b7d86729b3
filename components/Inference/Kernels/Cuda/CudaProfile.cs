namespace Serverless.Inference.Kernels.Cuda;

/// <summary>The time of one operation of a decode step.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Count">How often a step does it.</param>
/// <param name="Microseconds">Time of one, launched from a graph among others of its kind.</param>
/// <param name="Floor">Least time that the card's bandwidth and arithmetic allow.</param>
public sealed record CudaOperation(string Name, int Count, double Microseconds, double Floor);

/// <summary>Where the time of a decode step goes: each operation by itself, and a layer's together, on random data of a model's shape in bfloat16.</summary>
public sealed unsafe class CudaProfile : IDisposable
{
    // Copies of weights and caches, so that a run does not find them in the card's cache.
    private const int Copies = 6;
    private const int Runs = 24;
    private const int BlockSize = 16;

    private readonly CudaKernels kernels;
    private readonly CudaCeilings ceilings;
    private readonly int batch;
    private readonly int context;
    private readonly List<CudaOperation> operations = [];
    private double layer;

    private CudaProfile(CudaDevice device, CudaCeilings ceilings, int batch, int context)
    {
        this.ceilings = ceilings;
        this.batch = batch;
        this.context = context;
        kernels = new CudaKernels(device, DType.BFloat16);
        kernels.Context.MakeCurrent();
    }

    /// <summary>Measures.</summary>
    /// <param name="device">The card.</param>
    /// <param name="ceilings">What it does at best.</param>
    /// <param name="shape">Layers, numbers of a row and of an MLP, query heads, key heads, numbers of a head, tokens of the vocabulary.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="context">Tokens that each has.</param>
    /// <returns>The operations, and the microseconds that a layer's operations take one behind the other.</returns>
    /// <exception cref="InferenceException">A CUDA library is missing, or memory.</exception>
    public static (IReadOnlyList<CudaOperation> Operations, double Layer) DecodeStep(
        CudaDevice device, CudaCeilings ceilings, (int Layers, int Hidden, int Inner, int Heads, int KvHeads, int HeadSize, int Vocabulary) shape, int batch, int context)
    {
        using var profile = new CudaProfile(device, ceilings, batch, context);
        profile.Measure(shape.Layers, shape.Hidden, shape.Inner, shape.Heads, shape.KvHeads, shape.HeadSize, shape.Vocabulary);
        return (profile.operations, profile.layer);
    }

    /// <inheritdoc/>
    public void Dispose() => kernels.Dispose();

    private void Measure(int layers, int hidden, int inner, int heads, int kvHeads, int headSize, int vocabulary)
    {
        int queries = heads * headSize;
        int qkvColumns = queries + (2 * kvHeads * headSize);
        using CudaTensor x = Random(hidden), delta = Random(hidden), normed = Random(hidden), qkv = Random(qkvColumns), attention = Random(queries);
        using CudaTensor gateUp = Random(2 * inner), mlp = Random(inner);
        using var norm = kernels.LoadVector(Enumerable.Repeat(1f, hidden).ToArray());
        CudaMatrix[] projections = Weights(qkv.Columns, hidden), outputs = Weights(hidden, queries), gates = Weights(2 * inner, hidden), downs = Weights(hidden, inner);
        void Project(int i) => kernels.MatMul(normed, projections[i % Copies], null, batch, qkv);
        void Output(int i) => kernels.MatMulAdd(attention, outputs[i % Copies], null, batch, delta, x);
        void Gate(int i) => kernels.SwiGlu(normed, gates[i % Copies], null, batch, gateUp, mlp);
        void Down(int i) => kernels.MatMulAdd(mlp, downs[i % Copies], null, batch, delta, x);
        void Norm(int i) => kernels.RmsNorm(x, norm, 1e-5f, batch, normed);
        Product("qkv", layers, projections[0], Project);
        Product("output, add", layers, outputs[0], Output);
        Product("gate, up, silu", layers, gates[0], Gate);
        Product("down, add", layers, downs[0], Down);
        Time("norm", (2 * layers) + 1, 2L * batch * hidden * sizeof(ushort), 0, Norm);
        Attention(layers, heads, kvHeads, headSize, qkv, attention, (Action<int>)Norm + Project, (Action<int>)Output + Norm + Gate + Down);
        foreach (var weight in (CudaMatrix[])[.. projections, .. outputs, .. gates, .. downs]) weight.Dispose();
        Head(hidden, vocabulary, normed);
    }

    private void Attention(
        int layers, int heads, int kvHeads, int headSize, CudaTensor qkv, CudaTensor attention, Action<int> before, Action<int> behind)
    {
        int blocks = (context + BlockSize - 1) / BlockSize;
        using var cache = (CudaKvCache)kernels.AllocateKvCache(new KvCacheShape(Copies, batch * blocks, BlockSize, kvHeads, headSize));
        Fill(cache.Data, 2L * Copies * cache.PlaneNumbers * sizeof(ushort));
        int[] places = [.. Enumerable.Range(0, batch * blocks)];
        new Random(1).Shuffle(places);
        var layout = new StepLayout
        {
            RowCount = batch,
            SequenceCount = batch,
            Tokens = new int[batch],
            Positions = [.. Enumerable.Repeat(context - 1, batch)],
            Slots = [.. Enumerable.Range(0, batch).Select(i => (places[(i * blocks) + ((context - 1) / BlockSize)] * BlockSize) + ((context - 1) % BlockSize))],
            SequenceStarts = [.. Enumerable.Range(0, batch + 1)],
            BlockTables = places,
            MaxBlocks = blocks,
            BlockSize = BlockSize,
            LogitRows = new int[batch],
            PastIsComplete = true,
        };
        layout.LengthsAreShort = kernels.AreShort(layout, cache.Shape, heads);
        kernels.Begin(layout);
        var angles = Enumerable.Range(0, context * headSize / 2).Select(i => (float)Math.Cos(i)).ToArray();
        var rotary = new RotaryTable(angles, angles, headSize, heads);
        void Attend(int i) => kernels.RotaryAttention(qkv, rotary, null, layout, cache, i % Copies, 0.1f, null, attention);
        Time("attention", layers, 4L * batch * context * kvHeads * headSize, 0, Attend);
        layer = Time(before + Attend + behind);
    }

    private void Head(int hidden, int vocabulary, CudaTensor normed)
    {
        using var logits = (CudaTensor)kernels.AllocateLogits(batch, vocabulary);
        using var weight = Weight(vocabulary, hidden);
        Time("head", 1, 2L * vocabulary * hidden, 2.0 * batch * vocabulary * hidden, _ => kernels.MatMul(normed, weight, null, batch, logits));
        using var sampling = new CudaSampling(kernels, vocabulary, batch, 1);
        var samples = kernels.Arena.Allocate(batch * sizeof(DeviceSample));
        using var tokens = new PinnedBuffer(batch * sizeof(int));
        DeviceSample[] greedy = [.. Enumerable.Range(0, batch).Select(i => new DeviceSample { Row = i, TopP = 1, Slot = i })];
        fixed (DeviceSample* source = greedy) kernels.Context.Stream.CopyToDevice(samples, (nint)source, batch * sizeof(DeviceSample));
        Time("sample", 1, (long)batch * vocabulary * sizeof(float), 0, _ => sampling.Sample(logits, samples, batch, tokens.OnCard));
    }

    private void Product(string name, int count, CudaMatrix weight, Action<int> run) =>
        Time(name, count, 2L * weight.Rows * weight.Columns, 2.0 * batch * weight.Rows * weight.Columns, run);

    private CudaMatrix[] Weights(int outputs, int inputs) => [.. Enumerable.Range(0, Copies).Select(_ => Weight(outputs, inputs))];

    private void Time(string name, int count, long bytes, double flops, Action<int> run) => operations.Add(
        new CudaOperation(name, count, Time(run), 1e6 * Math.Max(bytes / ceilings.BytesPerSecond, flops / ceilings.FlopsPerSecond)));

    /// <summary>Microseconds of a run among others of its kind in a graph.</summary>
    private double Time(Action<int> run)
    {
        var stream = kernels.Context.Stream;
        run(0);
        stream.Synchronize();
        using var graph = stream.Capture(() =>
        {
            for (int i = 0; i < Runs; i++) run(i);
        });
        using CudaEvent start = new(timing: true), end = new(timing: true);
        var times = new List<double>();
        for (int i = 0; i < 8; i++)
        {
            start.Record(stream);
            graph.Launch(stream);
            end.Record(stream);
            end.Synchronize();
            if (i > 0) times.Add(CudaEvent.Milliseconds(start, end) * 1e3 / Runs);
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private CudaTensor Random(int columns)
    {
        var tensor = new CudaTensor(kernels.Arena, batch, columns, DType.BFloat16);
        Fill(tensor.Data, (long)batch * tensor.Stride * sizeof(ushort));
        return tensor;
    }

    private CudaMatrix Weight(int rows, int columns)
    {
        var matrix = new CudaMatrix(kernels.Arena, rows, columns, DType.BFloat16);
        Fill(matrix.Data, matrix.Bytes);
        return matrix;
    }

    /// <summary>Numbers of either sign between 1/64 and 1/16.</summary>
    private void Fill(DevicePointer to, long bytes)
    {
        byte[] block = new byte[Math.Min(bytes, 16 << 20)];
        new Random(2).NextBytes(block);
        for (int i = 1; i < block.Length; i += 2) block[i] = (byte)((block[i] & 0x80) | 0x3c);
        fixed (byte* source = block)
        {
            for (long at = 0; at < bytes; at += block.Length) kernels.Context.Stream.CopyToDevice(to + at, (nint)source, Math.Min(block.Length, bytes - at));
        }

        kernels.Context.Stream.Synchronize();
    }
}
