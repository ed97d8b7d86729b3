using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Benchmarks.Kernels;

/// <summary>One step's attention: every sequence has <c>queries</c> rows at the end of <c>context</c> positions.</summary>
internal sealed class AttentionLoad
{
    private const int QueryHeads = 32;
    private const int KvHeads = 8;
    private const int HeadSize = 64;
    private const int BlockSize = 16;
    private readonly CpuKernels _kernels;
    private readonly KvCache _cache;
    private readonly StepLayout _layout;
    private readonly Tensor _qkv;
    private readonly Tensor _output;

    public AttentionLoad(CpuKernels kernels, int sequences, int queries, int context)
    {
        _kernels = kernels;
        int blocks = (context + BlockSize - 1) / BlockSize;
        _cache = kernels.AllocateKvCache(new KvCacheShape(1, sequences * blocks, BlockSize, KvHeads, HeadSize));
        int rows = sequences * queries;
        _layout = new StepLayout
        {
            RowCount = rows,
            SequenceCount = sequences,
            Tokens = new int[rows],
            Positions = [.. Enumerable.Range(0, rows).Select(r => context - queries + (r % queries))],
            Slots = new int[rows],
            SequenceStarts = [.. Enumerable.Range(0, sequences + 1).Select(s => s * queries)],
            BlockTables = [.. Enumerable.Range(0, sequences * blocks)],
            MaxBlocks = blocks,
            BlockSize = BlockSize,
        };
        _qkv = KernelBenchmark.Random(kernels, rows, (QueryHeads + (2 * KvHeads)) * HeadSize);
        _output = kernels.Allocate(rows, QueryHeads * HeadSize);
        double pairs = _layout.Positions.Sum(p => p + 1.0);
        Flops = pairs * QueryHeads * HeadSize * 4;
        KvBytes = (double)sequences * context * KvHeads * HeadSize * 2 * 2;
    }

    public double Flops { get; }

    public double KvBytes { get; }

    public void Run() => _kernels.PagedAttention(_qkv, _layout, _cache, 0, 0.125f, null, _output);
}
