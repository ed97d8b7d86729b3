using System.Runtime.Intrinsics;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>The operations whose code depends on the vector width, on checked arguments.</summary>
internal abstract class CpuOps
{
    protected CpuOps(CpuIsa isa, ThreadTeam team) => (Isa, Team) = (isa, team);

    protected CpuIsa Isa { get; }

    protected ThreadTeam Team { get; }

    public static CpuOps Create(CpuIsa isa, ThreadTeam team) => isa switch
    {
        CpuIsa.Avx512 => new CpuOps<Simd512, Vector512<float>>(isa, team),
        CpuIsa.Avx2 or CpuIsa.Avx2Vnni => new CpuOps<Simd256, Vector256<float>>(isa, team),
        _ => new CpuOps<Simd128, Vector128<float>>(isa, team),
    };

    public abstract void Norm(CpuTensor x, CpuVector weight, float epsilon, int rows, CpuTensor output);

    public abstract void MatMul(CpuTensor x, CpuMatrix weight, CpuVector? bias, int rows, CpuTensor output);

    public abstract void RotaryAndStore(CpuTensor qkv, RotaryTable rotary, HeadNorm? norm, StepLayout layout, KvView cache, int kvHeads);

    public abstract void Attention(CpuTensor qkv, StepLayout layout, KvView cache, int kvHeads, float scale, int window, CpuTensor output);

    /// <summary>gateUp[r] = [gate | up]; output[r] = silu(gate) * up.</summary>
    public abstract void SiluMultiply(CpuTensor gateUp, int rows, CpuTensor output);

    /// <summary>x[r] += delta[r].</summary>
    public abstract void Add(CpuTensor x, CpuTensor delta, int rows);
}

/// <inheritdoc/>
internal sealed unsafe class CpuOps<S, V> : CpuOps, IDisposable
    where S : ISimd<V>
    where V : struct
{
    private NativeBuffer _scratch = new(0);
    private int[] _itemSequences = new int[256];
    private int[] _itemRows = new int[256];

    public CpuOps(CpuIsa isa, ThreadTeam team)
        : base(isa, team)
    {
    }

    public override void Norm(CpuTensor x, CpuVector weight, float epsilon, int rows, CpuTensor output) =>
        RowLoop.Run(Team, rows, x.Columns, new NormWork<S, V>
        {
            X = x.Data,
            XStride = x.Stride,
            Weight = weight.Data,
            Group = weight.Length,
            Columns = x.Columns,
            Epsilon = epsilon,
            Output = output.Data,
            OutputStride = output.Stride,
        });

    public override void SiluMultiply(CpuTensor gateUp, int rows, CpuTensor output) =>
        RowLoop.Run(Team, rows, output.Columns * 4, new SiluWork<S, V>
        {
            X = gateUp.Data,
            XStride = gateUp.Stride,
            Columns = output.Columns,
            Output = output.Data,
            OutputStride = output.Stride,
        });

    public override void Add(CpuTensor x, CpuTensor delta, int rows) =>
        RowLoop.Run(Team, rows, x.Columns, new AddWork<S, V> { X = x.Data, XStride = x.Stride, Delta = delta.Data, DeltaStride = delta.Stride, Columns = x.Columns });

    public override void MatMul(CpuTensor x, CpuMatrix weight, CpuVector? bias, int rows, CpuTensor output)
    {
        switch (weight.Storage)
        {
            case DType.Float32:
                MatMul<Float32Pairs<S, V>>(x, weight, bias, rows, output);
                break;
            case DType.BFloat16:
                MatMul<BFloat16Pairs<S, V>>(x, weight, bias, rows, output);
                break;
            case DType.Float16:
                MatMul<Float16Pairs<S, V>>(x, weight, bias, rows, output);
                break;
            case DType.Int8 when Isa == CpuIsa.Portable:
                MatMulInt8<Simd128, Vector128<float>, PortableDot, Vector128<int>>(x, weight, bias, rows, output);
                break;
            case DType.Int8 when Isa == CpuIsa.Avx2 || !CpuIsas.IsSupported(CpuIsa.Avx2Vnni):
                MatMulInt8<Simd256, Vector256<float>, Avx2Dot, Vector256<int>>(x, weight, bias, rows, output);
                break;
            default:
                MatMulInt8<Simd256, Vector256<float>, VnniDot, Vector256<int>>(x, weight, bias, rows, output);
                break;
        }
    }

    private void MatMul<F>(CpuTensor x, CpuMatrix weight, CpuVector? bias, int rows, CpuTensor output)
        where F : IPairFormat<V>
    {
        var work = new MatMulWork<S, V, F>
        {
            X = x.Data,
            XStride = x.Stride,
            Weight = weight.Data,
            PanelBytes = weight.PanelBytes,
            Bias = bias == null ? null : bias.Data,
            Output = output.Data,
            OutputStride = output.Stride,
            Rows = rows,
            Columns = weight.Columns,
            Panels = weight.Panels,
            PanelsPerChunk = PanelsPerChunk(weight, rows),
        };
        Team.Run(work.Chunks, ref work);
    }

    private void MatMulInt8<W, U, D, I>(CpuTensor x, CpuMatrix weight, CpuVector? bias, int rows, CpuTensor output)
        where W : ISimd<U>
        where U : struct
        where D : IInt8Dot<I, U>
        where I : struct
    {
        long bytes = Int8Rows.Bytes(rows, weight.Columns, D.Words);
        if (_scratch.Bytes < bytes)
        {
            _scratch.Dispose();
            _scratch = new NativeBuffer(bytes);
        }

        var quantised = new Int8Rows(_scratch.Pointer, weight.Columns, D.Words);
        RowLoop.Run(Team, rows, weight.Columns * 2, new QuantiseWork<D, I, U> { X = x.Data, XStride = x.Stride, Columns = x.Columns, Target = quantised });
        var work = new Int8MatMulWork<W, U, D, I>
        {
            X = quantised,
            Weight = weight.Data,
            PanelBytes = weight.PanelBytes,
            Bias = bias == null ? null : bias.Data,
            Output = output.Data,
            OutputStride = output.Stride,
            Rows = rows,
            Blocks = CpuMatrix.Int8Blocks(weight.Columns),
            Panels = weight.Panels,
            PanelsPerChunk = PanelsPerChunk(weight, rows),
        };
        Team.Run(work.Chunks, ref work);
    }

    /// <summary>
    /// About four chunks a thread, so that a thread that the system holds back delays little; whole fours of panels where there are many, as
    /// single rows take four at once; one chunk if all of it is small.
    /// </summary>
    private int PanelsPerChunk(CpuMatrix weight, int rows)
    {
        if ((long)rows * weight.Rows * weight.Columns < RowLoop.SmallWork * 2L)
        {
            return weight.Panels;
        }

        int panels = Math.Max(1, weight.Panels / (4 * Team.Size));
        int fours = (panels + 3) / 4 * 4;
        return weight.Panels / fours >= 2 * Team.Size ? fours : panels;
    }

    public override void RotaryAndStore(CpuTensor qkv, RotaryTable rotary, HeadNorm? norm, StepLayout layout, KvView cache, int kvHeads)
    {
        fixed (float* cos = rotary.Cos, sin = rotary.Sin)
        {
            fixed (int* positions = layout.Positions, slots = layout.Slots)
            {
                RowLoop.Run(Team, layout.RowCount, qkv.Columns * 2, new RotaryWork<S, V>
                {
                    Qkv = qkv.Data,
                    Stride = qkv.Stride,
                    QueryHeads = rotary.QueryHeads,
                    KvHeads = kvHeads,
                    HeadSize = cache.HeadSize,
                    Cos = cos,
                    Sin = sin,
                    Half = rotary.RotarySize / 2,
                    QueryNorm = norm == null ? null : ((CpuVector)norm.Query).Data,
                    KeyNorm = norm == null ? null : ((CpuVector)norm.Key).Data,
                    Epsilon = norm?.Epsilon ?? 0,
                    Positions = positions,
                    Slots = slots,
                    Cache = cache,
                });
            }
        }
    }

    public override void Attention(CpuTensor qkv, StepLayout layout, KvView cache, int kvHeads, float scale, int window, CpuTensor output)
    {
        switch (cache.Storage)
        {
            case DType.Float32:
                Attention<Float32Pairs<S, V>>(qkv, layout, cache, kvHeads, scale, window, output);
                break;
            case DType.BFloat16:
                Attention<BFloat16Pairs<S, V>>(qkv, layout, cache, kvHeads, scale, window, output);
                break;
            default:
                Attention<Float16Pairs<S, V>>(qkv, layout, cache, kvHeads, scale, window, output);
                break;
        }
    }

    private void Attention<F>(CpuTensor qkv, StepLayout layout, KvView cache, int kvHeads, float scale, int window, CpuTensor output)
        where F : IPairFormat<V>
    {
        int group = (qkv.Columns / cache.HeadSize / kvHeads) - 2;
        int items = CutIntoItems(layout, group, AttentionWork<S, V, F>.ChunkRows);
        fixed (int* positions = layout.Positions, starts = layout.SequenceStarts, tables = layout.BlockTables)
        {
            fixed (int* itemSequences = _itemSequences, itemRows = _itemRows)
            {
                var work = new AttentionWork<S, V, F>
                {
                    Qkv = qkv.Data,
                    QkvStride = qkv.Stride,
                    Output = output.Data,
                    OutputStride = output.Stride,
                    Group = group,
                    KvHeads = kvHeads,
                    Scale = scale,
                    Window = window,
                    Cache = cache,
                    Positions = positions,
                    SequenceStarts = starts,
                    BlockTables = tables,
                    MaxBlocks = layout.MaxBlocks,
                    ItemSequences = itemSequences,
                    ItemRows = itemRows,
                    Items = items,
                };
                Team.Run(items * kvHeads, ref work);
            }
        }
    }

    /// <summary>Runs of at most <paramref name="rows"/> query heads of one sequence and KV head.</summary>
    private int CutIntoItems(StepLayout layout, int group, int rows)
    {
        int items = 0;
        for (int sequence = 0; sequence < layout.SequenceCount; sequence++)
        {
            int count = (layout.SequenceStarts[sequence + 1] - layout.SequenceStarts[sequence]) * group;
            for (int row = 0; row < count; row += rows)
            {
                if (items == _itemRows.Length)
                {
                    Array.Resize(ref _itemRows, items * 2);
                    Array.Resize(ref _itemSequences, items * 2);
                }

                _itemSequences[items] = sequence;
                _itemRows[items++] = row;
            }
        }

        return items;
    }

    public void Dispose() => _scratch.Dispose();
}
