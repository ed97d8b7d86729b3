using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Serverless.Inference;

namespace Serverless.Processing.Tests;

/// <summary>
/// An engine whose answers are known: the last message (or the prompt) in upper case. Completions come out of order: every second
/// request of a window overtakes the one before it. Prompts that contain a command fail as told.
/// </summary>
internal sealed class ScriptedEngine : IGenerationEngine
{
    public const string TooLong = "[too-long]";
    public const string Fails = "[engine-error]";
    public const string Dies = "[engine-dies]";

    readonly ConcurrentQueue<string> prompts = new();

    /// <summary>Prompts in the order in which they reached the engine.</summary>
    public IReadOnlyCollection<string> Prompts => prompts;

    /// <summary>Requests that the engine holds before it answers any. Default: 4.</summary>
    public int Window { get; init; } = 4;

    /// <summary>Completed when a test lets the engine answer. Default: completed.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Whether the command to die is obeyed. Default: true.</summary>
    public bool DiesAtCommand { get; init; } = true;

    /// <summary>Whether the command to fail is obeyed. Default: true.</summary>
    public bool FailsAtCommand { get; init; } = true;

    public int Disposals { get; private set; }

    public int MaxNumSeqs => 128;

    public GenerationRequest Prepare(GenerationRequest request)
    {
        var text = TextOf(request);
        return text.Contains(TooLong, StringComparison.Ordinal)
            ? throw new InferenceException(InferenceErrorCodes.PromptTooLong, $"the prompt has {text.Length} tokens, the context holds 8")
            : request with { Prompt = text, PromptTokenIds = [.. text.Select(c => (int)c)] };
    }

    public async IAsyncEnumerable<GenerationResult> GenerateAsync(
        IAsyncEnumerable<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var arrived = Channel.CreateBounded<GenerationRequest>(Window);
        var pump = PumpAsync(requests, arrived.Writer, stop.Token);
        try
        {
            // It takes what is there and does not wait for a full window while rows wait for answers.
            List<GenerationRequest> held = [];
            while (await arrived.Reader.WaitToReadAsync(cancellationToken))
            {
                await Gate.WaitAsync(cancellationToken);
                while (held.Count < Window && arrived.Reader.TryRead(out var request))
                    held.Add(request);
                foreach (var request in held.AsEnumerable().Reverse())
                    yield return Answer(request);
                held.Clear();
            }
        }
        finally
        {
            await stop.CancelAsync();
            await pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    static async Task PumpAsync(IAsyncEnumerable<GenerationRequest> requests, ChannelWriter<GenerationRequest> arrived, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var request in requests.WithCancellation(cancellationToken))
                await arrived.WriteAsync(request, cancellationToken);
        }
        finally
        {
            arrived.Complete();
        }
    }

    public IAsyncEnumerable<GenerationDelta> StreamAsync(GenerationRequest request, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        Disposals++;
        return ValueTask.CompletedTask;
    }

    GenerationResult Answer(GenerationRequest request)
    {
        var text = request.Prompt!;
        prompts.Enqueue(text);
        if (DiesAtCommand && text.Contains(Dies, StringComparison.Ordinal))
            throw new IOException("the device is gone");
        if (FailsAtCommand && text.Contains(Fails, StringComparison.Ordinal))
            return new GenerationResult { Request = request, Error = new GenerationError(InferenceErrorCodes.InvalidRequest, "min_tokens 9 is above max_tokens 8") };
        var completions = Enumerable.Range(0, request.SamplingParams?.N ?? 1)
            .Select(i => new Completion(i, text.ToUpperInvariant() + (i == 0 ? "" : $" {i}"), [.. text.Select(c => (int)c)], FinishReason.Stop));
        return new GenerationResult { Request = request, Completions = [.. completions], NumInputTokens = text.Length, TimeTaken = TimeSpan.FromSeconds(1) };
    }

    static string TextOf(GenerationRequest request) => request.Messages?[^1].Content ?? request.Prompt ?? throw new InferenceException(InferenceErrorCodes.InvalidRequest, "no prompt");
}
