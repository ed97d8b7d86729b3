using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;
using Serverless.Inference.Runner;

namespace Serverless.Inference.Tests.Engine;

public sealed class EngineLimitsTests
{
    [Theory]
    [InlineData(8, DType.Float32)]
    [InlineData(24, DType.BFloat16)]
    [InlineData(64, DType.Float16)]
    public void A_block_is_counted_with_the_bytes_that_it_takes(int headSize, DType storage)
    {
        var shape = new KvCacheShape(Layers: 3, Blocks: 2, BlockSize: 16, KvHeads: 2, headSize, storage);
        using var cache = new CpuKvCache(shape);
        EngineLimits.BlockBytes(shape).ShouldBe(cache.BlockBytes * shape.Layers);
    }

    [Theory]
    [InlineData(null, null, 1024, 1024)]
    [InlineData(null, 100, 1024, 100)]
    [InlineData(7, 100, 1024, 7)]
    [InlineData(2000, null, 1024, 2000)]
    public void Sequences_are_the_devices_default_unless_a_step_is_smaller_or_the_options_say(int? sequences, int? stepTokens, int deviceDefault, int expected) =>
        EngineLimits.Sequences(new EngineOptions("model") { MaxNumSeqs = sequences, MaxNumBatchedTokens = stepTokens }, deviceDefault).ShouldBe(expected);
}
