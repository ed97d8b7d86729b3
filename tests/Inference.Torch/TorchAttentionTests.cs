using Serverless.Conformance.Tests.Kernels;
using Serverless.Inference.Kernels;

namespace Serverless.Inference.Torch.Tests;

/// <summary>Sequences of different lengths that are computed together.</summary>
public sealed class TorchAttentionTests
{
    private const int HeadSize = 16;

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void A_short_sequence_beside_a_longer_one_reads_nothing_but_its_own_keys(int? window)
    {
        TorchMachine.Require();
        using var kernels = new TorchBackend().Open(new EngineOptions("") { Device = "torch" }, DType.Float32);
        using var cache = kernels.AllocateKvCache(new KvCacheShape(1, 4, 16, 1, HeadSize, DType.Float32));
        var rotary = new RotaryTable([.. Enumerable.Repeat(1f, 64 * HeadSize / 2)], new float[64 * HeadSize / 2], HeadSize, 1);

        // No number in any slot; then 20 tokens in blocks 1 and 2, and one in block 3.
        using var poison = KernelSuite.Poisoned(kernels, 64, 3 * HeadSize);
        Store(poison, Layout([64], [0, 1, 2, 3], 4));
        float[] values = Weights.Random(new Random(1), 21 * 3 * HeadSize);
        using var qkv = KernelSuite.Upload(kernels, values, 3 * HeadSize);
        Store(qkv, Layout([20, 1], [1, 2, 3, 0], 2));

        using var last = kernels.Allocate(2, 3 * HeadSize);
        KernelSuite.Gather(kernels, qkv, [19, 20], last);
        var decodes = Layout([1, 1], [1, 2, 3, 0], 2, firstPositions: [19, 0]);
        using var output = KernelSuite.Poisoned(kernels, 2, HeadSize);
        kernels.Begin(decodes);
        kernels.PagedAttention(last, decodes, cache, 0, 1, window, output);
        float[] found = KernelSuite.Download(kernels, output, 2);
        found.Any(float.IsNaN).ShouldBeFalse();

        // A sequence of one token sees its own value.
        found.AsSpan(HeadSize).ToArray().ShouldBe(values.AsSpan((20 * 3 * HeadSize) + (2 * HeadSize), HeadSize).ToArray());

        void Store(Tensor rows, StepLayout layout)
        {
            kernels.Begin(layout);
            kernels.RotaryAndStore(rows, rotary, null, layout, cache, 0);
        }
    }

    private static StepLayout Layout(int[] counts, int[] tables, int maxBlocks, int[]? firstPositions = null)
    {
        int[] positions = [.. counts.SelectMany((count, i) => Enumerable.Range(firstPositions?[i] ?? 0, count))];
        int[] sequences = [.. counts.SelectMany((count, i) => Enumerable.Repeat(i, count))];
        return new StepLayout
        {
            RowCount = positions.Length,
            SequenceCount = counts.Length,
            Tokens = new int[positions.Length],
            Positions = positions,
            Slots = [.. positions.Select((position, row) => (tables[(sequences[row] * maxBlocks) + (position / 16)] * 16) + (position % 16))],
            SequenceStarts = [0, .. counts.Select((_, i) => counts[..(i + 1)].Sum())],
            BlockTables = tables,
            MaxBlocks = maxBlocks,
            BlockSize = 16,
        };
    }
}
