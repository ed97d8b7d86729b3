using Serverless.Contracts.Specs;
using Serverless.Inference;

namespace Serverless.Processing.Tests;

public sealed class ModelSpecTests
{
    [Fact]
    public void Every_argument_that_is_the_engine_s_reaches_it()
    {
        var model = new ModelSpec
        {
            Source = "hf://org/name",
            EngineArgs = new EngineArgs
            {
                MaxModelLen = 1000, MaxNumSeqs = 7, Dtype = "float16", Quantization = "int8", GpuMemoryUtilization = 0.5, KvCacheBytes = 1 << 20, BlockSize = 32,
                EnablePrefixCaching = false, BatchInvariant = true, ChatTemplate = "{{ messages }}", Seed = 5,
            },
        };
        model.ToEngineOptions().ShouldBe(new EngineOptions("hf://org/name")
        {
            MaxModelLen = 1000, MaxNumSeqs = 7, Dtype = "float16", Quantization = "int8", GpuMemoryUtilization = 0.5, KvCacheBytes = 1 << 20, BlockSize = 32,
            EnablePrefixCaching = false, BatchInvariant = true, ChatTemplate = "{{ messages }}", Seed = 5,
        });
        new ModelSpec { Source = "m" }.ToEngineOptions().ShouldBe(new EngineOptions("m"), "the defaults of both are the same");
    }
}
