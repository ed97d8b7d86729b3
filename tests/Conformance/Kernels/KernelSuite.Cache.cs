using Serverless.Inference.Kernels;

namespace Serverless.Conformance.Tests.Kernels;

public abstract partial class KernelSuite
{
    [Theory]
    [MemberData(nameof(KvStorages))]
    public void Copied_blocks_hold_what_the_source_held_in_all_layers(DType storage)
    {
        using IKernels kernels = Create(storage);
        const int HeadSize = 24;
        const int BlockSize = 16;
        const int Layers = 3;
        using KvCache cache = kernels.AllocateKvCache(new KvCacheShape(Layers, 4, BlockSize, 2, HeadSize, storage));
        float[] values = Weights.Random(new Random(1), BlockSize * 6 * HeadSize);
        using Tensor qkv = Upload(kernels, values, 6 * HeadSize);
        var rotary = new RotaryTable(new float[BlockSize * HeadSize / 2], new float[BlockSize * HeadSize / 2], HeadSize, 2);
        for (int layer = 0; layer < Layers; layer++)
        {
            kernels.RotaryAndStore(qkv, rotary, null, Begun(kernels, OneSequence(BlockSize, 2, BlockSize)), cache, layer);
        }

        float[][] before = [.. Enumerable.Range(0, Layers).Select(layer => Attend(2, layer))];
        kernels.CopyBlocks(cache, [new BlockCopy(2, 0), new BlockCopy(0, 3)]);
        for (int layer = 0; layer < Layers; layer++)
        {
            Attend(0, layer).ShouldHaveTheBitsOf(before[layer]);
            Attend(3, layer).ShouldHaveTheBitsOf(before[layer]);
            before[layer].All(value => value == 0).ShouldBeFalse();
        }

        float[] Attend(int block, int layer)
        {
            using Tensor output = Poisoned(kernels, BlockSize, 2 * HeadSize);
            kernels.PagedAttention(qkv, Begun(kernels, OneSequence(BlockSize, block, BlockSize)), cache, layer, 1, null, output);
            return Download(kernels, output, BlockSize);
        }
    }

    [Fact]
    public void What_lies_in_a_block_behind_the_last_token_or_before_the_window_is_not_read()
    {
        RequireInvariance();
        using IKernels kernels = Create();
        const int HeadSize = 16;
        using KvCache cache = kernels.AllocateKvCache(new KvCacheShape(1, 3, 16, 1, HeadSize, KvType));
        var rotary = new RotaryTable(Enumerable.Repeat(1f, 48 * 8).ToArray(), new float[48 * 8], HeadSize, 1);
        float[] values = Weights.Random(new Random(1), 48 * 3 * HeadSize);

        // Poison in every slot, then a sequence of 20 tokens with a window of 3 in blocks 1 and 2.
        using Tensor poison = Upload(kernels, [.. Enumerable.Repeat(float.NaN, 48 * 3 * HeadSize)], 3 * HeadSize);
        kernels.RotaryAndStore(poison, rotary, null, Begun(kernels, OneSequence(48, 0, 16)), cache, 0);
        using Tensor qkv = Upload(kernels, values, 3 * HeadSize);
        StepLayout layout = OneSequence(20, 1, 16);
        using Tensor output = Poisoned(kernels, 20, HeadSize);
        kernels.RotaryAndStore(qkv, rotary, null, Begun(kernels, layout), cache, 0);
        kernels.PagedAttention(qkv, layout, cache, 0, 1, 3, output);
        float[] clean = Download(kernels, output, 20);
        clean.Any(float.IsNaN).ShouldBeFalse();

        // Now the first block, which the last token's window does not reach, is poisoned again.
        kernels.RotaryAndStore(poison, rotary, null, Begun(kernels, OneSequence(16, 1, 16)), cache, 0);
        using Tensor last = kernels.Allocate(1, 3 * HeadSize);
        Gather(kernels, qkv, [19], last);
        var decode = new StepLayout
        {
            RowCount = 1, SequenceCount = 1, Tokens = [0], Positions = [19], Slots = [(2 * 16) + 3], SequenceStarts = [0, 1], BlockTables = [1, 2, 0], MaxBlocks = 3, BlockSize = 16,
        };
        using Tensor again = Poisoned(kernels, 1, HeadSize);
        kernels.PagedAttention(last, Begun(kernels, decode), cache, 0, 1, 3, again);
        Download(kernels, again, 1).ShouldHaveTheBitsOf(clean.AsSpan(19 * HeadSize, HeadSize));
    }

    private static StepLayout Begun(IKernels kernels, StepLayout layout)
    {
        kernels.Begin(layout);
        return layout;
    }

    /// <summary>One sequence from position 0 in consecutive blocks.</summary>
    private static StepLayout OneSequence(int tokens, int firstBlock, int blockSize) => new()
    {
        RowCount = tokens,
        SequenceCount = 1,
        Tokens = new int[tokens],
        Positions = [.. Enumerable.Range(0, tokens)],
        Slots = [.. Enumerable.Range(firstBlock * blockSize, tokens)],
        SequenceStarts = [0, tokens],
        BlockTables = [.. Enumerable.Range(firstBlock, (tokens + blockSize - 1) / blockSize)],
        MaxBlocks = (tokens + blockSize - 1) / blockSize,
        BlockSize = blockSize,
    };
}
