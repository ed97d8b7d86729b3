using Serverless.Inference;

namespace Serverless.Benchmarks.Jobs;

/// <summary>An engine lent to a job: disposing of it does nothing, so that a run measures the job and not the loading of a model.</summary>
internal sealed class SharedEngine(IGenerationEngine engine) : IGenerationEngine
{
    public int MaxNumSeqs => engine.MaxNumSeqs;

    public GenerationRequest Prepare(GenerationRequest request) => engine.Prepare(request);

    public IAsyncEnumerable<GenerationResult> GenerateAsync(
        IAsyncEnumerable<GenerationRequest> requests, CancellationToken cancellationToken = default) =>
        engine.GenerateAsync(requests, cancellationToken);

    public IAsyncEnumerable<GenerationDelta> StreamAsync(GenerationRequest request, CancellationToken cancellationToken = default) =>
        engine.StreamAsync(request, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
