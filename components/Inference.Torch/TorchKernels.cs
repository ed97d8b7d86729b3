using System.Runtime.InteropServices;
using Serverless.Inference.Kernels.Cpu;
using Serverless.Inference.Kernels.Cuda;
using TorchSharp;

namespace Serverless.Inference.Torch;

/// <summary>
/// <see cref="IKernels"/> in TorchSharp's operations. Weights, activations and KV cache are of one type; norms, rotations and attention are
/// computed in float32 and rounded once, products as libtorch does them. Logits are float32 numbers that a product in the weights' type gave, as
/// in transformers. Makes no promise about the batch. Not thread-safe: one caller at a time, any thread.
/// </summary>
internal sealed class TorchKernels : IKernels
{
    private const long MaxDefaultKvBytes = 4L << 30;

    private readonly torch.Device device;
    private readonly DType type;
    private readonly TorchStep step;
    private readonly Dictionary<RotaryTable, (torch.Tensor Cos, torch.Tensor Sin)> rotaries = [];

    /// <summary>Loads libtorch and opens the device.</summary>
    /// <param name="device">Its name: <c>torch</c>, <c>torch:cpu</c>, <c>torch:cuda</c> or <c>torch:cuda:N</c>.</param>
    /// <param name="type">Type of weights, activations and KV cache.</param>
    /// <param name="threads">CPU threads of torch in this process. Default: one per core.</param>
    /// <exception cref="InferenceException">libtorch cannot be loaded, or has no such card.</exception>
    public TorchKernels(string device, DType type, int? threads = null)
    {
        type.ToTorch();
        this.type = type;
        this.device = TorchDevice.Open(device);
        torch.set_num_threads(threads ?? Environment.ProcessorCount);
        step = new TorchStep(this.device);
    }

    /// <inheritdoc/>
    public string Device => $"torch:{device} (TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}{(IsCuda ? "" : $", {Threads}")})";

    /// <summary>
    /// On the CPU what the engine's own backend takes; of a card a quarter of what is free, because the weights come later and torch takes
    /// memory for what it computes as it goes.
    /// </summary>
    public long DefaultKvCacheBytes => IsCuda
        ? CudaDevice.Enumerate().FirstOrDefault(card => card.Index == device.index)?.FreeBytes() / 4 ?? MaxDefaultKvBytes
        : Math.Min(MaxDefaultKvBytes, AvailableMemory.Bytes() / 4);

    /// <inheritdoc/>
    public int DefaultStepTokens => IsCuda ? 2048 : 256;

    /// <inheritdoc/>
    public int DefaultSequences => IsCuda ? 256 : 128;

    private static string Threads => torch.get_num_threads() is var count and not 1 ? $"{count} threads" : "1 thread";

    private bool IsCuda => device.type == DeviceType.CUDA;

    /// <inheritdoc/>
    public Tensor Allocate(int rows, int columns) => new TorchTensor(Empty(type, rows, columns));

    /// <inheritdoc/>
    public Tensor AllocateLogits(int rows, int columns) => new TorchTensor(Empty(DType.Float32, rows, columns));

    /// <inheritdoc/>
    public Matrix LoadMatrix(ReadOnlySpan<byte> data, DType type, int rows, int columns, DType storage)
    {
        var matrix = new TorchMatrix(Empty(storage, rows, columns), storage);
        Upload(data, type, matrix, 0, rows);
        return matrix;
    }

    /// <inheritdoc/>
    public Matrix LoadStacked(IReadOnlyList<WeightSource> parts, int columns, DType storage)
    {
        var matrix = new TorchMatrix(Empty(storage, parts.Sum(part => part.Rows), columns), storage);
        int row = 0;
        foreach (var part in parts)
        {
            Upload(part.Data.Span, part.Type, matrix, row, part.Rows);
            row += part.Rows;
        }

        return matrix;
    }

    /// <inheritdoc/>
    public Vector LoadVector(ReadOnlySpan<byte> data, DType type, int length)
    {
        Arguments.CheckBytes(data.Length, type, 1, length);
        using var operation = TorchOperation.Begin();
        return NewVector(OnHost(data, type, length));
    }

    /// <inheritdoc/>
    public Vector LoadVector(ReadOnlySpan<float> data)
    {
        using var operation = TorchOperation.Begin();
        return NewVector(OnHost(MemoryMarshal.AsBytes(data), DType.Float32, data.Length));
    }

    /// <inheritdoc/>
    public KvCache AllocateKvCache(KvCacheShape shape) =>
        new TorchKvCache(Empty(shape.Storage, 2L * shape.Layers, (long)shape.Blocks * shape.BlockSize, (long)shape.KvHeads * shape.HeadSize), shape);

    /// <inheritdoc/>
    public void Begin(StepLayout layout)
    {
        using var operation = TorchOperation.Begin();
        step.Begin(layout);
    }

    /// <inheritdoc/>
    public void Embed(Matrix table, StepLayout layout, Tensor output)
    {
        step.Check(layout);
        Arguments.CheckSame(output, layout.RowCount, table.Columns);
        for (int row = 0; row < layout.RowCount; row++) Arguments.CheckIndex(layout.Tokens[row], table.Rows, "token");
        using var operation = TorchOperation.Begin();
        ((TorchTensor)output).First(layout.RowCount).copy_(((TorchMatrix)table).Data.index_select(0, step.Tokens));
    }

    /// <inheritdoc/>
    public void RmsNorm(Tensor x, Vector weight, float epsilon, int rows, Tensor output)
    {
        Arguments.CheckRows(x, rows);
        Arguments.CheckGroups(x, weight);
        Arguments.CheckSame(output, rows, x.Columns);
        using var operation = TorchOperation.Begin();
        var groups = ((TorchTensor)x).First(rows).view(rows, x.Columns / weight.Length, weight.Length);
        ((TorchTensor)output).First(rows).copy_(Normed(groups.to(torch.float32), weight, epsilon).view(rows, x.Columns));
    }

    /// <inheritdoc/>
    public void MatMul(Tensor x, Matrix weight, Vector? bias, int rows, Tensor output)
    {
        using var operation = TorchOperation.Begin();
        Arguments.CheckSame(output, rows, weight.Rows);
        ((TorchTensor)output).First(rows).copy_(Product(x, weight, bias, rows));
    }

    /// <inheritdoc/>
    public void MatMulAdd(Tensor x, Matrix weight, Vector? bias, int rows, Tensor scratch, Tensor output)
    {
        using var operation = TorchOperation.Begin();
        Arguments.CheckSame(output, rows, weight.Rows);
        ((TorchTensor)output).First(rows).add_(Product(x, weight, bias, rows));
    }

    /// <inheritdoc/>
    public void SwiGlu(Tensor x, Matrix gateUp, Vector? bias, int rows, Tensor scratch, Tensor output)
    {
        using var operation = TorchOperation.Begin();
        Arguments.CheckSame(output, rows, gateUp.Rows / 2);
        var both = Product(x, gateUp, bias, rows).chunk(2, dim: 1);
        ((TorchTensor)output).First(rows).copy_(both[0].silu().mul_(both[1]));
    }

    /// <inheritdoc/>
    public void RotaryAndStore(Tensor qkv, RotaryTable rotary, HeadNorm? norm, StepLayout layout, KvCache cache, int layer)
    {
        step.Check(layout);
        var target = (TorchKvCache)cache;
        Arguments.CheckRotary(qkv, rotary, norm, layout, target.Shape, layer);
        using var operation = TorchOperation.Begin();
        var (rows, queries, keys, size) = (layout.RowCount, rotary.QueryHeads, target.Shape.KvHeads, target.Shape.HeadSize);
        var heads = ((TorchTensor)qkv).First(rows).view(rows, queries + (2 * keys), size);
        var (cosines, sines) = Rotary(rotary);
        var cos = cosines.index_select(0, step.Positions).unsqueeze(1);
        var sin = sines.index_select(0, step.Positions).unsqueeze(1);
        var (query, key) = (heads.narrow(1, 0, queries), heads.narrow(1, queries, keys));
        target.Keys(layer).index_copy_(0, step.Slots, Stored(Rotated(key, norm?.Key)));
        target.Values(layer).index_copy_(0, step.Slots, Stored(heads.narrow(1, queries + keys, keys)));
        query.copy_(Rotated(query, norm?.Query));

        torch.Tensor Stored(torch.Tensor numbers) => numbers.to(target.Data.dtype).reshape(rows, (long)keys * size);

        torch.Tensor Rotated(torch.Tensor numbers, Vector? weight)
        {
            var exact = numbers.to(torch.float32);
            if (weight is not null) exact = Normed(exact, weight, norm!.Epsilon);
            int half = rotary.RotarySize / 2;
            var (left, right) = (exact.narrow(2, 0, half), exact.narrow(2, half, half));
            return torch.cat([(left * cos) - (right * sin), (right * cos) + (left * sin), exact.narrow(2, 2L * half, size - (2L * half))], dim: 2);
        }
    }

    /// <inheritdoc/>
    public void PagedAttention(Tensor qkv, StepLayout layout, KvCache cache, int layer, float scale, int? window, Tensor output)
    {
        step.Check(layout);
        var (source, target) = ((TorchKvCache)cache, (TorchTensor)output);
        Arguments.CheckAttention(qkv, layout, source.Shape, layer, window, output);
        var tiles = step.Tiles(window);
        using var operation = TorchOperation.Begin();
        var queries = ((TorchTensor)qkv).Data.narrow(1, 0, output.Columns);
        foreach (var tile in tiles)
        {
            using var turn = torch.NewDisposeScope();
            var attended = TorchAttention.Attend(queries, source.Keys(layer), source.Values(layer), tile, source.Shape, scale);
            target.Data.index_copy_(0, tile.Rows, attended.to(target.Data.dtype));
        }
    }

    /// <inheritdoc/>
    public void Gather(Tensor x, StepLayout layout, Tensor output)
    {
        step.Check(layout);
        Arguments.CheckSame(output, layout.LogitCount, x.Columns);
        using var operation = TorchOperation.Begin();
        ((TorchTensor)output).First(layout.LogitCount).copy_(((TorchTensor)x).Data.index_select(0, step.LogitRows));
    }

    /// <inheritdoc/>
    public void CopyBlocks(KvCache cache, ReadOnlySpan<BlockCopy> copies)
    {
        using var operation = TorchOperation.Begin();
        var target = (TorchKvCache)cache;
        int size = target.Shape.BlockSize;
        foreach (var copy in copies)
        {
            Arguments.CheckIndex(copy.Source, target.Shape.Blocks, "source block");
            Arguments.CheckIndex(copy.Destination, target.Shape.Blocks, "destination block");
            target.Data.narrow(1, (long)copy.Destination * size, size).copy_(target.Data.narrow(1, (long)copy.Source * size, size));
        }
    }

    /// <inheritdoc/>
    public void Download(Tensor x, int rows, Span<float> destination)
    {
        Arguments.CheckRows(x, rows);
        using var operation = TorchOperation.Begin();
        var host = ((TorchTensor)x).First(rows).to(torch.float32).cpu();
        for (int row = 0; row < rows; row++) MemoryMarshal.Cast<byte, float>(host.select(0, row).bytes).CopyTo(destination[(row * x.Columns)..]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        step.Dispose();
        foreach (var (cos, sin) in rotaries.Values)
        {
            cos.Dispose();
            sin.Dispose();
        }

        rotaries.Clear();
    }

    private static torch.Tensor Normed(torch.Tensor x, Vector weight, float epsilon) =>
        x * (x * x).mean([-1L], keepdim: true).add_(epsilon).rsqrt_() * ((TorchVector)weight).Values;

    private static torch.Tensor Product(Tensor x, Matrix weight, Vector? bias, int rows)
    {
        Arguments.CheckSame(x, rows, weight.Columns);
        if (bias != null) Arguments.CheckLength(bias, weight.Rows);
        return torch.nn.functional.linear(((TorchTensor)x).First(rows), ((TorchMatrix)weight).Data, (bias as TorchVector)?.Bias);
    }

    private static torch.Tensor OnHost(ReadOnlySpan<byte> data, DType type, params long[] shape)
    {
        var tensor = torch.empty(shape, type.ToTorch());
        data.CopyTo(tensor.bytes);
        return tensor;
    }

    /// <exception cref="InferenceException">The device has not as much memory (out_of_memory).</exception>
    private torch.Tensor Empty(DType storage, params long[] shape)
    {
        try
        {
            return torch.empty(shape, storage.ToTorch(), device).DetachFromDisposeScope();
        }
        catch (ExternalException e) when (e.Message.Contains("memory", StringComparison.OrdinalIgnoreCase))
        {
            throw new InferenceException(
                InferenceErrorCodes.OutOfMemory, $"torch has no memory for {string.Join(" x ", shape)} numbers on {device}. Set kv_cache_bytes or max_num_seqs lower.", e);
        }
    }

    private static void Upload(ReadOnlySpan<byte> data, DType type, TorchMatrix matrix, int firstRow, int rows)
    {
        Arguments.CheckBytes(data.Length, type, rows, matrix.Columns);
        using var operation = TorchOperation.Begin();
        matrix.Data.narrow(0, firstRow, rows).copy_(OnHost(data, type, rows, matrix.Columns));
    }

    private TorchVector NewVector(torch.Tensor host) =>
        new(host.to(torch.float32, device, copy: true).DetachFromDisposeScope(), host.to(type.ToTorch(), device, copy: true).DetachFromDisposeScope());

    private (torch.Tensor Cos, torch.Tensor Sin) Rotary(RotaryTable table)
    {
        if (rotaries.TryGetValue(table, out var found)) return found;
        return rotaries[table] = (Upload(table.Cos), Upload(table.Sin));

        torch.Tensor Upload(float[] numbers) => torch.from_array(numbers).view(-1, table.RotarySize / 2).to(torch.float32, device, copy: true).DetachFromDisposeScope();
    }
}
