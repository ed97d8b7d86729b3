using System.Runtime.CompilerServices;
using Serverless.Inference;

namespace Serverless.Benchmarks.Service;

/// <summary>An engine that answers at once: what is left is what the service itself costs.</summary>
internal sealed class NoOpEngine : IGenerationEngine
{
    private static readonly int[] Tokens = [1];

    public static Task<IGenerationEngine> LoadAsync(EngineOptions options, CancellationToken cancellationToken) => Task.FromResult<IGenerationEngine>(new NoOpEngine());

    public int MaxNumSeqs => 128;

    public GenerationRequest Prepare(GenerationRequest request) => request with { PromptTokenIds = Tokens };

    public async IAsyncEnumerable<GenerationResult> GenerateAsync(
        IAsyncEnumerable<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var request in requests.WithCancellation(cancellationToken))
            yield return new GenerationResult { Request = request, Completions = [new Completion(0, "an answer", Tokens, FinishReason.Stop)], NumInputTokens = 1 };
    }

    public IAsyncEnumerable<GenerationDelta> StreamAsync(GenerationRequest request, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The benchmark streams nothing.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
