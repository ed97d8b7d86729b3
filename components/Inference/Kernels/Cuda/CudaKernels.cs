using System.Runtime.InteropServices;
using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// <see cref="IKernels"/> on an NVIDIA card: products by cuBLASLt, everything else by kernels of ours that NVRTC compiles for the card.
/// Weights, activations and KV cache are of one type. Calls queue work on one stream and return; <see cref="Download"/> waits.
/// Not thread-safe: one caller at a time, any thread.
/// </summary>
internal sealed unsafe class CudaKernels : IKernels
{
    /// <summary>Tokens of a step by default.</summary>
    public const int StepTokens = 8192;

    // bfloat16 on tensor cores and copies into shared memory that do not wait.
    private const int LeastCompute = 8;
    private const int RowThreads = 128;

    // As in matvec.cu.
    private const int MatvecRows = 4;
    private const int MatvecWarps = 8;

    // Warps of a multiprocessor that keep as many weights on their way as it can take, and inputs that each of them has at least.
    private const int MatvecBusyWarps = 24;
    private const int MatvecLeastInputs = 512;
    private const int MostNormThreads = 256;

    // rms_norm keeps at most four packs of 16 bytes a thread in registers.
    private const int NormPacks = 4;
    private const int MostThreads = 1024;
    private const long WorkspaceBytes = 64 << 20;

    private readonly MatMulPlans products;
    private readonly CudaModule module;
    private readonly CudaKernel embed;
    private readonly CudaKernel[] rmsNorms;
    private readonly CudaKernel silu;
    private readonly CudaKernel gather;
    private readonly CudaKernel toFloat;
    private readonly CudaKernel copyBlocks;

    // By rows, from one on; none where numbers have 32 bits.
    private readonly CudaKernel[] matvecs = [];
    private readonly CudaKernel[] gatedMatvecs = [];
    private readonly CudaSwiGlu? swiGlu;
    private readonly Dictionary<(int Head, int Group, int Block), CudaAttention> attentions = [];
    private readonly Dictionary<RotaryTable, (DevicePointer Cos, DevicePointer Sin)> rotaries = [];
    private readonly bool batchInvariant;
    private WeightUpload? upload;

    /// <summary>Takes the card's memory and compiles what every model needs.</summary>
    /// <param name="device">The card.</param>
    /// <param name="type">Type of weights, activations and KV cache.</param>
    /// <param name="memoryUtilization">Share of the card's memory to take, above 0 and at most 1.</param>
    /// <param name="batchInvariant">Whether a row's result must not depend on what else is in the step; slower.</param>
    /// <param name="arenaBytes">Memory to take instead. Default: what <paramref name="memoryUtilization"/> says.</param>
    /// <exception cref="InferenceException">A CUDA library is missing, or the card has not as much memory.</exception>
    public CudaKernels(CudaDevice device, DType type, double memoryUtilization = 0.9, bool batchInvariant = false, long? arenaBytes = null)
    {
        if (device.ComputeMajor < LeastCompute)
        {
            throw new InferenceException(
                InferenceErrorCodes.Cuda,
                $"{device.Name} (cuda:{device.Index}) has compute capability {device.ComputeMajor}.{device.ComputeMinor}; the engine needs {LeastCompute}.0 (Ampere) or newer. "
                + "Start with device cpu, or hide the card with CUDA_VISIBLE_DEVICES.");
        }

        Type = type;
        this.batchInvariant = batchInvariant;
        Context = new CudaContext(device);
        try
        {
            var (free, total) = Context.Memory();
            Arena = new CudaArena(Context, arenaBytes ?? Math.Min(free, (long)(total * memoryUtilization) - (total - free)));
            products = new MatMulPlans(Context, Context.Stream, Arena.Allocate(WorkspaceBytes), WorkspaceBytes, batchInvariant);
            module = CudaSource.Compile(Context, "rows", ["common.cuh", "rows.cu", "matvec.cu"], type);
            embed = module.Get("embed");
            rmsNorms = [.. Enumerable.Range(1, NormPacks).Select(packs => module.Get($"rms_norm{packs}"))];
            silu = module.Get("silu_multiply");
            gather = module.Get("gather");
            toFloat = module.Get("to_float");
            copyBlocks = module.Get("copy_blocks");
            if (type != DType.Float32 && !batchInvariant)
            {
                matvecs = [.. Enumerable.Range(1, MatvecRows).Select(rows => module.Get($"matvec{rows}"))];
                gatedMatvecs = [.. Enumerable.Range(1, MatvecRows).Select(rows => module.Get($"matvec_gated{rows}"))];
                if (CudaSwiGlu.RunsOn(device, type)) swiGlu = new CudaSwiGlu(Context, type);
            }

            Step = new CudaStep(Context, Arena, module.Get("take_words"));
        }
        catch
        {
            module?.Dispose();
            products?.Dispose();
            Arena?.Dispose();
            Context.Dispose();
            throw;
        }
    }

    /// <summary>The card in use.</summary>
    public CudaContext Context { get; }

    /// <summary>Its memory.</summary>
    public CudaArena Arena { get; }

    /// <summary>The step under way.</summary>
    public CudaStep Step { get; }

    /// <summary>Type of weights, activations and KV cache.</summary>
    public DType Type { get; }

    /// <summary>What the samples of the step before came to, where tokens that name them are looked up.</summary>
    public DevicePointer Sampled { get; set; }

    /// <inheritdoc/>
    public string Device => $"cuda:{Context.Device.Index} ({Context.Device.Name}, {Context.Device.MemoryBytes / (1L << 30)} GiB)";

    /// <summary>All that is left of the arena.</summary>
    public long DefaultKvCacheBytes => Arena.Largest;

    /// <inheritdoc/>
    public int DefaultStepTokens => StepTokens;

    /// <inheritdoc/>
    public int DefaultSequences => SequencesOf(Context.Device);

    /// <summary>Sequences that run at once by default: 1,024 on a card of 70 GiB or more, else 256.</summary>
    public static int SequencesOf(CudaDevice device) => device.MemoryBytes >= 70L << 30 ? 1024 : 256;

    /// <inheritdoc/>
    public Tensor Allocate(int rows, int columns) => new CudaTensor(Arena, rows, columns, Type);

    /// <inheritdoc/>
    public Tensor AllocateLogits(int rows, int columns) => new CudaTensor(Arena, rows, columns, DType.Float32);

    /// <inheritdoc/>
    public Matrix LoadMatrix(ReadOnlySpan<byte> data, DType type, int rows, int columns, DType storage)
    {
        RefuseInt8(storage);
        Arguments.CheckBytes(data.Length, type, rows, columns);
        var matrix = new CudaMatrix(Arena, rows, columns, storage);
        Upload(data, type, matrix, 0);
        return matrix;
    }

    /// <inheritdoc/>
    public Matrix LoadStacked(IReadOnlyList<WeightSource> parts, int columns, DType storage)
    {
        RefuseInt8(storage);
        var matrix = new CudaMatrix(Arena, parts.Sum(part => part.Rows), columns, storage);
        int row = 0;
        foreach (var part in parts)
        {
            Arguments.CheckBytes(part.Data.Length, part.Type, part.Rows, columns);
            Upload(part.Data.Span, part.Type, matrix, row);
            row += part.Rows;
        }

        return matrix;
    }

    /// <inheritdoc/>
    public Vector LoadVector(ReadOnlySpan<byte> data, DType type, int length)
    {
        Arguments.CheckBytes(data.Length, type, 1, length);
        float[] values = new float[length];
        fixed (byte* source = data) Numbers.Read(source, type, 0, values);
        return LoadVector(values);
    }

    /// <inheritdoc/>
    public Vector LoadVector(ReadOnlySpan<float> data)
    {
        Context.MakeCurrent();
        var vector = new CudaVector(Arena, data.Length, Type);
        CopyToDevice(vector.Values, MemoryMarshal.AsBytes(data));
        if (Type == DType.Float32) return vector;
        ushort[] bias = new ushort[data.Length];
        for (int i = 0; i < bias.Length; i++) bias[i] = Numbers.To16Bits(data[i], Type);
        CopyToDevice(vector.Bias, MemoryMarshal.AsBytes<ushort>(bias));
        return vector;
    }

    /// <inheritdoc/>
    public KvCache AllocateKvCache(KvCacheShape shape)
    {
        if (shape.Storage != Type) throw new ArgumentException($"A KV cache of {shape.Storage} beside activations of {Type} is not supported.", nameof(shape));
        if (shape.BlockSize % 16 != 0) throw new ArgumentException($"A block size of {shape.BlockSize} is not supported; it is a multiple of 16.", nameof(shape));
        return new CudaKvCache(Arena, shape);
    }

    /// <summary>Gives the memory back that loading weights took on the host; the next load takes it again.</summary>
    public void EndLoading()
    {
        upload?.Dispose();
        upload = null;
    }

    /// <summary>Whether a step of so many rows can have <see cref="StepLayout.LengthsAreShort"/>.</summary>
    public bool CanBeShort(int rows, KvCacheShape shape, int queryHeads) => Attention(shape, queryHeads).CanBeShort(rows, shape.KvHeads);

    /// <summary>What <see cref="StepLayout.LengthsAreShort"/> should be.</summary>
    public bool AreShort(StepLayout layout, KvCacheShape shape, int queryHeads) => Attention(shape, queryHeads).AreShort(layout, shape.KvHeads);

    /// <inheritdoc/>
    public void Begin(StepLayout layout)
    {
        Context.MakeCurrent();
        Step.Begin(layout);
    }

    /// <inheritdoc/>
    public void Embed(Matrix table, StepLayout layout, Tensor output)
    {
        var (matrix, target) = ((CudaMatrix)table, (CudaTensor)output);
        Step.Check(layout);
        Arguments.CheckSame(target, layout.RowCount, matrix.Columns);
        for (int row = 0; row < layout.RowCount; row++)
        {
            if (layout.Tokens[row] >= 0) Arguments.CheckIndex(layout.Tokens[row], matrix.Rows, "token");
        }

        embed.Launch(
            Context.Stream, (layout.RowCount, 1, 1), RowThreads, 0,
            [matrix.Data, Layout.Code(matrix.Storage), matrix.Stride, Step.Tokens, Sampled, target.Data, target.Stride, matrix.Columns]);
    }

    /// <inheritdoc/>
    public void RmsNorm(Tensor x, Vector weight, float epsilon, int rows, Tensor output)
    {
        var (source, target) = ((CudaTensor)x, (CudaTensor)output);
        Arguments.CheckRows(x, rows);
        Arguments.CheckGroups(x, weight);
        Arguments.CheckSame(output, rows, x.Columns);
        int packs = Packs(weight.Length);
        int each = Math.Min(NormPacks, (packs + MostNormThreads - 1) / MostNormThreads);
        int threads = ((((packs + each - 1) / each) + 31) / 32) * 32;
        if (threads > MostThreads) throw new InferenceException(InferenceErrorCodes.ModelUnsupported, $"Norms over {weight.Length} numbers are not supported; at most {MostThreads * NormPacks * PackNumbers}.");
        rmsNorms[each - 1].Launch(
            Context.Stream, (rows, x.Columns / weight.Length, 1), threads, 0,
            [source.Data, (long)source.Stride, ((CudaVector)weight).Values, epsilon, target.Data, (long)target.Stride, weight.Length]);
    }

    /// <inheritdoc/>
    public void MatMul(Tensor x, Matrix weight, Vector? bias, int rows, Tensor output) => Product(x, weight, bias, rows, output, add: false);

    /// <inheritdoc/>
    public void MatMulAdd(Tensor x, Matrix weight, Vector? bias, int rows, Tensor scratch, Tensor output) => Product(x, weight, bias, rows, output, add: true);

    /// <inheritdoc/>
    public void SwiGlu(Tensor x, Matrix gateUp, Vector? bias, int rows, Tensor scratch, Tensor output)
    {
        var (source, matrix, target) = ((CudaTensor)x, (CudaMatrix)gateUp, (CudaTensor)output);
        Arguments.CheckSame(x, rows, gateUp.Columns);
        Arguments.CheckSame(scratch, rows, gateUp.Rows);
        Arguments.CheckSame(output, rows, gateUp.Rows / 2);
        if (bias != null) Arguments.CheckLength(bias, gateUp.Rows);
        CheckProduct(source, matrix);
        if (IsMatvec(matrix, rows))
        {
            int split = MatvecSplit(target.Columns, matrix.Columns);
            gatedMatvecs[rows - 1].Launch(
                Context.Stream, (((target.Columns * split) + MatvecWarps - 1) / MatvecWarps, 1, 1), MatvecWarps * 32, 0,
                [
                    source.Data, (long)source.Stride, matrix.Data, (long)matrix.Stride, ((CudaVector?)bias)?.Bias ?? default, target.Data, (long)target.Stride,
                    target.Columns, matrix.Columns, split,
                ]);
            return;
        }

        if (rows == 0 || (bias is null && swiGlu?.TryRun(source, matrix, rows, target) == true)) return;
        MatMul(x, gateUp, bias, rows, scratch);
        var both = (CudaTensor)scratch;
        int packs = Packs(target.Columns);
        silu.Launch(
            Context.Stream, (rows, (packs + RowThreads - 1) / RowThreads, 1), RowThreads, 0,
            [both.Data, (long)both.Stride, target.Data, (long)target.Stride, target.Columns]);
    }

    /// <inheritdoc/>
    public void RotaryAndStore(Tensor qkv, RotaryTable rotary, HeadNorm? norm, StepLayout layout, KvCache cache, int layer)
    {
        Step.Check(layout);
        var target = (CudaKvCache)cache;
        Arguments.CheckSame(qkv, layout.RowCount, (rotary.QueryHeads + (2 * target.Shape.KvHeads)) * target.Shape.HeadSize);
        Arguments.CheckIndex(layer, target.Shape.Layers, "layer");
        var (cosines, sines) = Rotary(rotary);
        Attention(target.Shape, rotary.QueryHeads).Store((CudaTensor)qkv, layout.RowCount, Step, cosines, sines, rotary.RotarySize, norm, target, layer);
    }

    /// <inheritdoc/>
    public void PagedAttention(Tensor qkv, StepLayout layout, KvCache cache, int layer, float scale, int? window, Tensor output)
    {
        Step.Check(layout);
        var source = (CudaKvCache)cache;
        Arguments.CheckIndex(layer, source.Shape.Layers, "layer");
        Arguments.CheckRows(qkv, layout.RowCount);
        int queryHeads = (qkv.Columns / source.Shape.HeadSize) - (2 * source.Shape.KvHeads);
        Arguments.CheckSame(output, layout.RowCount, queryHeads * source.Shape.HeadSize);
        Attention(source.Shape, queryHeads).Attend((CudaTensor)qkv, layout, Step, source, layer, scale, window ?? int.MaxValue, (CudaTensor)output);
    }

    /// <inheritdoc/>
    public void RotaryAttention(
        Tensor qkv, RotaryTable rotary, HeadNorm? norm, StepLayout layout, KvCache cache, int layer, float scale, int? window, Tensor output)
    {
        Step.Check(layout);
        var target = (CudaKvCache)cache;
        Arguments.CheckSame(qkv, layout.RowCount, (rotary.QueryHeads + (2 * target.Shape.KvHeads)) * target.Shape.HeadSize);
        Arguments.CheckSame(output, layout.RowCount, rotary.QueryHeads * target.Shape.HeadSize);
        Arguments.CheckIndex(layer, target.Shape.Layers, "layer");
        var attention = Attention(target.Shape, rotary.QueryHeads);
        if (attention.RotatesWhileAttending(layout, rotary))
        {
            var (cosines, sines) = Rotary(rotary);
            attention.RotateAndAttend((CudaTensor)qkv, layout, Step, cosines, sines, norm, target, layer, scale, window ?? int.MaxValue, (CudaTensor)output);
            return;
        }

        RotaryAndStore(qkv, rotary, norm, layout, cache, layer);
        PagedAttention(qkv, layout, cache, layer, scale, window, output);
    }

    /// <inheritdoc/>
    public void Gather(Tensor x, StepLayout layout, Tensor output)
    {
        Step.Check(layout);
        var (source, target) = ((CudaTensor)x, (CudaTensor)output);
        Arguments.CheckSame(output, layout.LogitCount, x.Columns);
        gather.Launch(
            Context.Stream, (layout.LogitCount, 1, 1), RowThreads, 0,
            [source.Data, (long)source.Stride, Step.LogitRows, target.Data, (long)target.Stride, target.Columns]);
    }

    /// <inheritdoc/>
    public void CopyBlocks(KvCache cache, ReadOnlySpan<BlockCopy> copies)
    {
        Context.MakeCurrent();
        var target = (CudaKvCache)cache;
        foreach (var copy in copies)
        {
            Arguments.CheckIndex(copy.Source, target.Shape.Blocks, "source block");
            Arguments.CheckIndex(copy.Destination, target.Shape.Blocks, "destination block");
        }

        int bytes = Layout.Bytes(Type);
        var pairs = Arena.Allocate(copies.Length * sizeof(BlockCopy));
        CopyToDevice(pairs, MemoryMarshal.AsBytes(copies));
        copyBlocks.Launch(
            Context.Stream, (2 * target.Shape.Layers, 1, 1), RowThreads, 0,
            [target.Data, target.PlaneNumbers * bytes, target.BlockNumbers * bytes, pairs, 2 * target.Shape.Layers, copies.Length]);
        Arena.Free(pairs);
    }

    /// <inheritdoc/>
    public void Download(Tensor x, int rows, Span<float> destination)
    {
        Context.MakeCurrent();
        Arguments.CheckRows(x, rows);
        if (rows == 0) return;
        var source = (CudaTensor)x;
        long bytes = (long)rows * x.Columns * sizeof(float);
        var packed = Arena.Allocate(bytes);
        toFloat.Launch(Context.Stream, (rows, 1, 1), RowThreads, 0, [source.Data, source.Type == DType.Float32 ? 1 : 0, (long)source.Stride, packed, source.Columns]);
        fixed (float* target = destination[..(rows * x.Columns)])
        {
            Context.Stream.CopyToHost((nint)target, packed, bytes);
            Context.Stream.Synchronize();
        }

        Arena.Free(packed);
    }

    /// <summary>Frees everything; what was allocated here may be disposed before or after.</summary>
    public void Dispose()
    {
        if (!Context.TryMakeCurrent()) return;
        Step.Dispose();
        foreach (var attention in attentions.Values) attention.Dispose();
        swiGlu?.Dispose();
        module.Dispose();
        products.Dispose();
        upload?.Dispose();
        Arena.Dispose();
        Context.Dispose();
    }

    private static void RefuseInt8(DType storage)
    {
        if (storage == DType.Int8)
            throw new InferenceException(InferenceErrorCodes.EngineOptions, "quantization int8 runs on the CPU only. Leave it out, or start the worker with device cpu.");
    }

    private int Packs(int columns) => (columns + PackNumbers - 1) / PackNumbers;

    private int PackNumbers => 16 / Layout.Bytes(Type);

    private static void CheckProduct(CudaTensor x, CudaMatrix weight)
    {
        if (weight.Storage != x.Type) throw new ArgumentException($"A product of {x.Type} activations with {weight.Storage} weights is not supported.", nameof(weight));
    }

    private bool IsMatvec(CudaMatrix weight, int rows) => rows > 0 && rows <= matvecs.Length && weight.Columns % PackNumbers == 0;

    private void Product(Tensor x, Matrix weight, Vector? bias, int rows, Tensor output, bool add)
    {
        var (source, matrix, target) = ((CudaTensor)x, (CudaMatrix)weight, (CudaTensor)output);
        Arguments.CheckSame(x, rows, weight.Columns);
        Arguments.CheckSame(output, rows, weight.Rows);
        if (bias != null) Arguments.CheckLength(bias, weight.Rows);
        CheckProduct(source, matrix);
        bool isFloat32 = target.Type == DType.Float32;
        DevicePointer? added = bias is CudaVector vector ? isFloat32 ? vector.Values : vector.Bias : null;
        if (IsMatvec(matrix, rows))
        {
            int pairs = (matrix.Rows + 1) / 2, split = MatvecSplit(pairs, matrix.Columns);
            matvecs[rows - 1].Launch(
                Context.Stream, (((pairs * split) + MatvecWarps - 1) / MatvecWarps, 1, 1), MatvecWarps * 32, 0,
                [
                    source.Data, (long)source.Stride, matrix.Data, (long)matrix.Stride, added ?? default, target.Data, (long)target.Stride,
                    isFloat32 ? 1 : 0, add ? 1 : 0, matrix.Rows, matrix.Columns, split,
                ]);
            return;
        }

        products.Run(
            source.Data, matrix.Data, added, target.Data, rows, matrix.Rows, matrix.Columns, matrix.Storage, isFloat32, beta: add ? 1 : 0, xStride: source.Stride,
            outputStride: target.Stride);
    }

    /// <summary>Warps that share a pair of rows of weights, so that warps are many, as long as each has two spans of 256 numbers.</summary>
    private int MatvecSplit(int pairs, int inputs)
    {
        int split = 1;
        while (split < MatvecWarps && pairs * split < MatvecBusyWarps * Context.Device.Multiprocessors && inputs / (2 * split) >= MatvecLeastInputs) split *= 2;
        return split;
    }

    private CudaAttention Attention(KvCacheShape shape, int queryHeads)
    {
        var key = (shape.HeadSize, queryHeads / shape.KvHeads, shape.BlockSize);
        if (attentions.TryGetValue(key, out var attention)) return attention;
        return attentions[key] = new CudaAttention(Context, Arena, Type, key.HeadSize, key.Item2, key.BlockSize, batchInvariant);
    }

    private (DevicePointer Cos, DevicePointer Sin) Rotary(RotaryTable table)
    {
        if (rotaries.TryGetValue(table, out var found)) return found;
        var cos = Arena.Allocate(Math.Max(1, table.Cos.Length) * sizeof(float));
        var sin = Arena.Allocate(Math.Max(1, table.Sin.Length) * sizeof(float));
        CopyToDevice(cos, MemoryMarshal.AsBytes<float>(table.Cos));
        CopyToDevice(sin, MemoryMarshal.AsBytes<float>(table.Sin));
        return rotaries[table] = (cos, sin);
    }

    private void CopyToDevice(DevicePointer to, ReadOnlySpan<byte> from)
    {
        if (from.IsEmpty) return;

        // Memory that is not pinned has been read when the call returns.
        fixed (byte* source = from) Context.Stream.CopyToDevice(to, (nint)source, from.Length);
    }

    private void Upload(ReadOnlySpan<byte> data, DType type, CudaMatrix matrix, int firstRow)
    {
        upload ??= new WeightUpload(Context);
        upload.Upload(data, type, matrix.Columns, matrix.Data + ((long)firstRow * matrix.Stride * Layout.Bytes(matrix.Storage)), matrix.Storage, matrix.Stride);
    }
}
