using Serverless.Contracts.Specs;
using Serverless.Inference;

namespace Serverless.Processing;

/// <summary>From a job's document to the engine.</summary>
public static class ModelSpecExtensions
{
    /// <summary>How to load and run what a job's <c>model</c> says.</summary>
    /// <param name="model">The model, its source pinned where that matters.</param>
    public static EngineOptions ToEngineOptions(this ModelSpec model) => new(model.Source)
    {
        MaxModelLen = model.EngineArgs.MaxModelLen,
        MaxNumSeqs = model.EngineArgs.MaxNumSeqs,
        Dtype = model.EngineArgs.Dtype,
        Quantization = model.EngineArgs.Quantization,
        BlockSize = model.EngineArgs.BlockSize,
        GpuMemoryUtilization = model.EngineArgs.GpuMemoryUtilization,
        KvCacheBytes = model.EngineArgs.KvCacheBytes,
        EnablePrefixCaching = model.EngineArgs.EnablePrefixCaching,
        BatchInvariant = model.EngineArgs.BatchInvariant,
        ChatTemplate = model.EngineArgs.ChatTemplate,
        Seed = model.EngineArgs.Seed,
    };
}
