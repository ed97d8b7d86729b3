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
}
