namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// <see cref="IKernels"/> in managed code for the cores of this machine. Not thread-safe: one caller at a time.
/// <para>
/// Every kernel is written once over a vector width (<see cref="CpuIsa"/>) and a number format, and keeps one order of operations with fused
/// multiply-adds, so that its bits depend on neither the instruction set, the threads, the batch nor the chunking. Data layouts:
/// <see cref="CpuTensor"/>, <see cref="CpuMatrix"/>, <see cref="CpuKvCache"/>.
/// </para>
/// </summary>
public sealed unsafe class CpuKernels : IKernels
{
    private const long MaxDefaultKvBytes = 4L << 30;

    private readonly ThreadTeam _team;
    private readonly CpuOps _ops;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads, the caller's among them. Default: one per core.</param>
    /// <param name="isa">Instructions to use. Default: the best of this machine.</param>
    /// <exception cref="ArgumentException">This machine lacks <paramref name="isa"/>.</exception>
    public CpuKernels(int? threads = null, CpuIsa? isa = null)
    {
        Isa = isa ?? CpuIsas.Best;
        if (!CpuIsas.IsSupported(Isa))
        {
            throw new ArgumentException($"This machine has no {Isa}; its best is {CpuIsas.Best}.", nameof(isa));
        }

        _team = new ThreadTeam(threads ?? Environment.ProcessorCount);
        _ops = CpuOps.Create(Isa, _team);
    }

    /// <summary>The instructions in use.</summary>
    public CpuIsa Isa { get; }

    /// <summary>Whether this machine has the instructions.</summary>
    public static bool IsSupported(CpuIsa isa) => CpuIsas.IsSupported(isa);

    /// <inheritdoc/>
    public string Device => $"cpu ({CpuIsas.Name(Isa)}, {_team.Size} thread{(_team.Size == 1 ? "" : "s")})";

    /// <inheritdoc/>
    public long DefaultKvCacheBytes => Math.Min(MaxDefaultKvBytes, AvailableMemory.Bytes() / 4);

    /// <summary>A step of so many rows is bound by arithmetic already.</summary>
    public int DefaultStepTokens => 256;

    /// <inheritdoc/>
    public int DefaultSequences => 128;

    /// <inheritdoc/>
    public Tensor Allocate(int rows, int columns) => new CpuTensor(rows, columns);

    /// <inheritdoc/>
    public Tensor AllocateLogits(int rows, int columns) => new CpuTensor(rows, columns);

    /// <inheritdoc/>
    public Matrix LoadMatrix(ReadOnlySpan<byte> data, DType type, int rows, int columns, DType storage)
    {
        var matrix = new CpuMatrix(rows, columns, storage);
        Pack(matrix, 0, data, type, rows);
        return matrix;
    }

    /// <inheritdoc/>
    public Matrix LoadStacked(IReadOnlyList<WeightSource> parts, int columns, DType storage)
    {
        var matrix = new CpuMatrix(parts.Sum(part => part.Rows), columns, storage);
        int row = 0;
        foreach (WeightSource part in parts)
        {
            Pack(matrix, row, part.Data.Span, part.Type, part.Rows);
            row += part.Rows;
        }

        return matrix;
    }

    /// <inheritdoc/>
    public Vector LoadVector(ReadOnlySpan<byte> data, DType type, int length)
    {
        Arguments.CheckBytes(data.Length, type, 1, length);
        var vector = new CpuVector(length);
        fixed (byte* source = data)
        {
            Numbers.Read(source, type, 0, vector.Values);
        }

        return vector;
    }

    /// <inheritdoc/>
    public Vector LoadVector(ReadOnlySpan<float> data)
    {
        var vector = new CpuVector(data.Length);
        data.CopyTo(vector.Values);
        return vector;
    }

    /// <inheritdoc/>
    public KvCache AllocateKvCache(KvCacheShape shape) => new CpuKvCache(shape);

    /// <summary>Nothing: kernels read the layout where it is.</summary>
    public void Begin(StepLayout layout)
    {
    }

    /// <inheritdoc/>
    public void Embed(Matrix table, StepLayout layout, Tensor output)
    {
        var tokens = layout.Tokens.AsSpan(0, layout.RowCount);
        var matrix = (CpuMatrix)table;
        var target = (CpuTensor)output;
        Arguments.CheckRows(target, tokens.Length);
        Arguments.CheckColumns(target, matrix.Columns);
        foreach (int token in tokens)
        {
            Arguments.CheckIndex(token, matrix.Rows, "token");
        }

        fixed (int* pointer = tokens)
        {
            RowLoop.Run(_team, tokens.Length, matrix.Columns * 4, new EmbedWork
            {
                Table = matrix.Data,
                PanelBytes = matrix.PanelBytes,
                Storage = matrix.Storage,
                Columns = matrix.Columns,
                Tokens = pointer,
                Output = target.Data,
                OutputStride = target.Stride,
            });
        }
    }

    /// <inheritdoc/>
    public void RmsNorm(Tensor x, Vector weight, float epsilon, int rows, Tensor output)
    {
        Arguments.CheckRows(x, rows);
        Arguments.CheckGroups(x, weight);
        Arguments.CheckSame(output, rows, x.Columns);
        _ops.Norm((CpuTensor)x, (CpuVector)weight, epsilon, rows, (CpuTensor)output);
    }

    /// <inheritdoc/>
    public void MatMul(Tensor x, Matrix weight, Vector? bias, int rows, Tensor output)
    {
        Arguments.CheckSame(x, rows, weight.Columns);
        Arguments.CheckSame(output, rows, weight.Rows);
        if (bias != null)
        {
            Arguments.CheckLength(bias, weight.Rows);
        }

        _ops.MatMul((CpuTensor)x, (CpuMatrix)weight, (CpuVector?)bias, rows, (CpuTensor)output);
    }

    /// <inheritdoc/>
    public void MatMulAdd(Tensor x, Matrix weight, Vector? bias, int rows, Tensor scratch, Tensor output)
    {
        Arguments.CheckSame(output, rows, weight.Rows);
        MatMul(x, weight, bias, rows, scratch);
        _ops.Add((CpuTensor)output, (CpuTensor)scratch, rows);
    }

    /// <inheritdoc/>
    public void SwiGlu(Tensor x, Matrix gateUp, Vector? bias, int rows, Tensor scratch, Tensor output)
    {
        Arguments.CheckRows(output, rows);
        Arguments.CheckSame(scratch, rows, output.Columns * 2);
        MatMul(x, gateUp, bias, rows, scratch);
        _ops.SiluMultiply((CpuTensor)scratch, rows, (CpuTensor)output);
    }

    /// <inheritdoc/>
    public void RotaryAndStore(Tensor qkv, RotaryTable rotary, HeadNorm? norm, StepLayout layout, KvCache cache, int layer)
    {
        var target = (CpuKvCache)cache;
        Arguments.CheckRotary(qkv, rotary, norm, layout, target.Shape, layer);
        _ops.RotaryAndStore((CpuTensor)qkv, rotary, norm, layout, new KvView(target, layer), target.Shape.KvHeads);
    }

    /// <inheritdoc/>
    public void PagedAttention(Tensor qkv, StepLayout layout, KvCache cache, int layer, float scale, int? window, Tensor output)
    {
        var source = (CpuKvCache)cache;
        Arguments.CheckAttention(qkv, layout, source.Shape, layer, window, output);
        _ops.Attention((CpuTensor)qkv, layout, new KvView(source, layer), source.Shape.KvHeads, scale, window ?? int.MaxValue, (CpuTensor)output);
    }

    /// <inheritdoc/>
    public void Gather(Tensor x, StepLayout layout, Tensor output)
    {
        var rows = layout.LogitRows.AsSpan(0, layout.LogitCount);
        Arguments.CheckSame(output, rows.Length, x.Columns);
        var source = (CpuTensor)x;
        for (int i = 0; i < rows.Length; i++)
        {
            Arguments.CheckIndex(rows[i], x.Rows, "row");
            source.Row(rows[i]).CopyTo(((CpuTensor)output).Row(i));
        }
    }

    /// <inheritdoc/>
    public void CopyBlocks(KvCache cache, ReadOnlySpan<BlockCopy> copies)
    {
        var target = (CpuKvCache)cache;
        foreach (BlockCopy copy in copies)
        {
            Arguments.CheckIndex(copy.Source, target.Shape.Blocks, "source block");
            Arguments.CheckIndex(copy.Destination, target.Shape.Blocks, "destination block");
            for (int layer = 0; layer < target.Shape.Layers; layer++)
            {
                byte* data = target.Layer(layer);
                long bytes = target.BlockBytes;
                Buffer.MemoryCopy(data + (copy.Source * bytes), data + (copy.Destination * bytes), bytes, bytes);
            }
        }
    }

    /// <inheritdoc/>
    public void Download(Tensor x, int rows, Span<float> destination)
    {
        Arguments.CheckRows(x, rows);
        for (int row = 0; row < rows; row++)
        {
            ((CpuTensor)x).Row(row).CopyTo(destination[(row * x.Columns)..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        (_ops as IDisposable)?.Dispose();
    }

    private void Pack(CpuMatrix matrix, int firstRow, ReadOnlySpan<byte> data, DType type, int rows)
    {
        Arguments.CheckBytes(data.Length, type, rows, matrix.Columns);
        fixed (byte* source = data)
        {
            var work = new PackWork
            {
                Source = source,
                Type = type,
                SourceRows = rows,
                FirstRow = firstRow,
                Target = matrix.Data,
                PanelBytes = matrix.PanelBytes,
                Storage = matrix.Storage,
                Columns = matrix.Columns,
            };
            _team.Run(work.Chunks, ref work);
        }
    }
}
