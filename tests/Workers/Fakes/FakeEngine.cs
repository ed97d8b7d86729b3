using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Serverless.Inference;

namespace Serverless.Workers.Tests.Fakes;

/// <summary>Answers in upper case, as soon as its gate is open. A prompt with the command to die takes it down.</summary>
internal sealed class FakeEngine : IGenerationEngine
{
    public const string Dies = "[engine-dies]";

    readonly ConcurrentQueue<string> prompts = new();
    int disposals;

    public IReadOnlyCollection<string> Prompts => prompts;

    public int Disposals => disposals;

    public Task Gate { get; set; } = Task.CompletedTask;

    public int MaxNumSeqs => 128;

    public GenerationRequest Prepare(GenerationRequest request) => request with { PromptTokenIds = [1, 2] };

    public async IAsyncEnumerable<GenerationResult> GenerateAsync(
        IAsyncEnumerable<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var request in requests.WithCancellation(cancellationToken))
        {
            prompts.Enqueue(request.Prompt!);
            await Task.WhenAny(Gate, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, request.CancellationToken)).WaitAsync(cancellationToken);
            if (request.Prompt!.Contains(Dies, StringComparison.Ordinal))
                throw new IOException("the device is gone");
            var reason = request.CancellationToken.IsCancellationRequested ? FinishReason.Cancelled : FinishReason.Stop;
            yield return new GenerationResult { Request = request, Completions = [new Completion(0, request.Prompt.ToUpperInvariant(), [1], reason)], NumInputTokens = 2 };
        }
    }

    public IAsyncEnumerable<GenerationDelta> StreamAsync(GenerationRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        Interlocked.Increment(ref disposals);
        return ValueTask.CompletedTask;
    }
}
