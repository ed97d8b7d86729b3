using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Engine;

/// <summary>One tiny model for the tests of a class, and engines over it.</summary>
public sealed class EngineFixture : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TinyModel model = new TinyModel().Save();

    public EngineOptions Options => new(model.Folder) { Dtype = "float32", MaxNumSeqs = 64, Threads = 1, KvCacheBytes = 32 << 20 };

    public Task<LlmEngine> LoadAsync(Func<EngineOptions, EngineOptions>? change = null) =>
        LlmEngine.LoadAsync(change is null ? Options : change(Options));

    public void Dispose() => model.Dispose();

    public static GenerationRequest Request(string prompt, SamplingParams? sampling = null) =>
        new() { Id = prompt, Prompt = prompt, SamplingParams = sampling ?? new SamplingParams { Temperature = 0, MaxTokens = 24, IgnoreEos = true } };

    /// <summary>Different prompts of different lengths, some with a common beginning.</summary>
    public static string Prompt(int i) => i % 3 == 0
        ? $"The quick brown fox jumps over the lazy dog and then {i} more, {new string((char)('a' + (i % 26)), i % 40)}"
        : string.Concat(Enumerable.Range(0, 1 + (i * 7 % 60)).Select(j => (char)(' ' + ((i * 31 + j * 17) % 90))));

    /// <summary>Runs requests to their end and returns the results in the order of the requests.</summary>
    public static async Task<GenerationResult[]> GenerateAsync(IGenerationEngine engine, params GenerationRequest[] requests)
    {
        using var limit = new CancellationTokenSource(Patience);
        var marked = requests.Select((request, i) => request with { Id = i.ToString() });
        var results = new GenerationResult[requests.Length];
        await foreach (var result in engine.GenerateAsync(marked.ToAsyncEnumerable(), limit.Token))
        {
            int index = int.Parse(result.Request.Id);
            results[index].ShouldBeNull("one result per request");
            results[index] = result;
        }

        results.ShouldAllBe(result => result != null);
        return results;
    }

    public static async Task<GenerationResult> GenerateOneAsync(IGenerationEngine engine, GenerationRequest request) =>
        (await GenerateAsync(engine, request))[0];
}
