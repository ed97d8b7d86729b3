using Serverless.Inference;
using Serverless.Inference.Sampling;

namespace Serverless.Benchmarks.Generation;

/// <summary>The engine of this repository on the same workloads, through its public interface.</summary>
public sealed class OwnEngine : IAsyncDisposable
{
    private readonly LlmEngine _engine;

    private OwnEngine(LlmEngine engine) => _engine = engine;

    /// <summary>Loads the folder; prefix caching is off, since every run repeats the same prompts.</summary>
    public static async Task<OwnEngine> LoadAsync(string folder, string? quantization, int threads, string device = "auto", string dtype = "auto")
    {
        var options = new EngineOptions(folder)
        {
            Device = device,
            Dtype = dtype,
            Quantization = quantization,
            Threads = threads,
            EnablePrefixCaching = false,
            MaxModelLen = 640,
            MaxNumSeqs = 32,
            MaxNumBatchedTokens = 512,
        };
        return new OwnEngine(await LlmEngine.LoadAsync(options));
    }

    /// <summary>Continues every prompt by the most probable tokens, all prompts at once.</summary>
    public async Task<int[][]> GenerateAsync(int[][] prompts, int newTokens)
    {
        var results = new int[prompts.Length][];
        var sampling = new SamplingParams { Temperature = 0, MaxTokens = newTokens, IgnoreEos = true };
        await foreach (var result in _engine.GenerateAsync(Requests(prompts, sampling)))
        {
            if (result.Error is { } error) throw new InvalidOperationException($"{error.Code}: {error.Message}");
            results[int.Parse(result.Request.Id)] = [.. result.Completions[0].TokenIds];
        }

        return results;
    }

    /// <summary>The most probable tokens after a prompt with their log-probabilities.</summary>
    public async Task<IReadOnlyList<TokenLogprob>> TopAsync(int[] prompt, int count)
    {
        var sampling = new SamplingParams { Temperature = 0, MaxTokens = 1, IgnoreEos = true, Logprobs = count };
        await foreach (var result in _engine.GenerateAsync(Requests([prompt], sampling)))
            return result.Completions[0].Logprobs![0].Top;
        throw new InvalidOperationException("The engine gave no result.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private static IAsyncEnumerable<GenerationRequest> Requests(int[][] prompts, SamplingParams sampling) => prompts
        .Select((prompt, i) => new GenerationRequest { Id = i.ToString(), PromptTokenIds = prompt, SamplingParams = sampling })
        .ToAsyncEnumerable();
}
