using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Serverless.Inference;

namespace Serverless.Faults.App.Service;

/// <summary>
/// An engine without a model: the answer is the prompt in upper case, after the row's time (<c>FAULTS_ROW_TIME</c> in milliseconds). A prompt with
/// <see cref="Poison"/> in it takes the process down: by SIGKILL, or with <c>FAULTS_POISON=memory</c> by asking for more memory than there is.
/// </summary>
internal sealed class EchoEngine : IGenerationEngine
{
    private const string Poison = "cyanide";

    private static readonly TimeSpan RowTime = TimeSpan.FromMilliseconds(
        double.Parse(Environment.GetEnvironmentVariable("FAULTS_ROW_TIME") ?? "0", CultureInfo.InvariantCulture));

    public static Task<IGenerationEngine> LoadAsync(EngineOptions options, CancellationToken cancellationToken) => Task.FromResult<IGenerationEngine>(new EchoEngine());

    public int MaxNumSeqs => 128;

    public GenerationRequest Prepare(GenerationRequest request) => request with { PromptTokenIds = [1, 2] };

    public async IAsyncEnumerable<GenerationResult> GenerateAsync(
        IAsyncEnumerable<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var request in requests.WithCancellation(cancellationToken))
        {
            if (request.Prompt!.Contains(Poison, StringComparison.Ordinal))
            {
                Die();
            }

            await Task.Delay(RowTime, TimeProvider.System, cancellationToken);
            yield return new GenerationResult
            {
                Request = request,
                Completions = [new Completion(0, request.Prompt.ToUpperInvariant(), [1], request.CancellationToken.IsCancellationRequested ? FinishReason.Cancelled : FinishReason.Stop)],
                NumInputTokens = 2,
            };
        }
    }

    public IAsyncEnumerable<GenerationDelta> StreamAsync(GenerationRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException("The fault tests stream nothing.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Die()
    {
        if (Environment.GetEnvironmentVariable("FAULTS_POISON") == "memory")
        {
            TakeMemory();
        }

        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.CurrentThread.Join();
    }

    /// <summary>Ends with an <see cref="OutOfMemoryException"/>, wherever in the process that hits first.</summary>
    private static void TakeMemory()
    {
        const int Block = 1 << 20, Most = 2048;
        List<byte[]> taken = [];
        while (taken.Count < Most)
        {
            taken.Add(new byte[Block]);
        }

        throw new InvalidOperationException($"{taken.Count} MiB were there: limit the process's memory (DOTNET_GCHeapHardLimit).");
    }
}
