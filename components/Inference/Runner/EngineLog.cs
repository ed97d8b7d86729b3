using Microsoft.Extensions.Logging;

namespace Serverless.Inference.Runner;

/// <summary>Everything that the engine logs. Event ids 1000 to 1099.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1000, LogLevel.Information,
        "Loaded {Model} ({Architecture}, {Storage}) on {Device} in {Elapsed:0.0} s: context {MaxModelLen}, {KvBlocks} KV blocks of {BlockSize} tokens, {MaxNumSeqs} sequences, {MaxNumBatchedTokens} tokens a step")]
    public static partial void Loaded(
        ILogger logger, string model, string architecture, string storage, string device, double elapsed,
        int maxModelLen, int kvBlocks, int blockSize, int maxNumSeqs, int maxNumBatchedTokens);

    [LoggerMessage(1001, LogLevel.Warning,
        "The KV cache holds {MaxModelLen} tokens of a sequence; the model's context is {ModelContext}. Set kv_cache_bytes higher to use all of it")]
    public static partial void ContextCut(ILogger logger, int maxModelLen, int modelContext);

    [LoggerMessage(1002, LogLevel.Error, "The engine broke; {Requests} requests under way fail")]
    public static partial void Broke(ILogger logger, Exception error, int requests);
}
