using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Serverless.Inference.OpenAI;

/// <summary>
/// Generates on a server that speaks the OpenAI API. Messages go there as messages: chat template and tokenizer are the server's, so
/// <see cref="Prepare"/> has nothing to do but to look whether there is a prompt, and completions have no token ids.
/// </summary>
public sealed class OpenAIEngine : IGenerationEngine
{
    private readonly OpenAIClient client;
    private readonly SemaphoreSlim room;

    /// <summary>An engine; no request is made.</summary>
    /// <param name="options">Which server and model.</param>
    /// <exception cref="InferenceException">Kind <see cref="InferenceErrorCodes.EngineOptions"/>: an option is out of range.</exception>
    public OpenAIEngine(OpenAIOptions options)
    {
        if (!options.BaseUrl.IsAbsoluteUri || options.BaseUrl.Scheme is not ("http" or "https"))
            throw new InferenceException(InferenceErrorCodes.EngineOptions, $"base_url: expected http://host/v1 or https://host/v1, found {options.BaseUrl}.");
        if (options.MaxNumSeqs < 1 || options.MaxAttempts < 1)
            throw new InferenceException(InferenceErrorCodes.EngineOptions, $"max_num_seqs and attempts are at least 1; found {options.MaxNumSeqs} and {options.MaxAttempts}.");
        client = new OpenAIClient(options);
        MaxNumSeqs = options.MaxNumSeqs;
        room = new SemaphoreSlim(options.MaxNumSeqs);
    }

    /// <inheritdoc/>
    public int MaxNumSeqs { get; }

    /// <inheritdoc/>
    public GenerationRequest Prepare(GenerationRequest request) => (request.Messages, request.Prompt, request.PromptTokenIds) switch
    {
        ({ Count: > 0 }, null, null) or (null, not null, null) or (null, null, { Length: > 0 }) => request,
        _ => throw new InferenceException(InferenceErrorCodes.InvalidRequest, "Expected one of messages, a text and token ids as the prompt."),
    };

    /// <inheritdoc/>
    public async IAsyncEnumerable<GenerationResult> GenerateAsync(
        IAsyncEnumerable<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var results = Channel.CreateUnbounded<GenerationResult>(new UnboundedChannelOptions { SingleReader = true });
        var sending = SendAllAsync(requests, results.Writer, stop.Token);
        try
        {
            await foreach (var result in results.Reader.ReadAllAsync(cancellationToken)) yield return result;
        }
        finally
        {
            await stop.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The server's answer comes whole: one delta a completion.</remarks>
    public async IAsyncEnumerable<GenerationDelta> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await room.WaitAsync(cancellationToken);
        GenerationResult result;
        try
        {
            result = await SendAsync(Prepare(request), cancellationToken);
        }
        finally
        {
            room.Release();
        }

        if (result.Error is { } error) throw new InferenceException(error.Code, error.Message);
        foreach (var completion in result.Completions) yield return new GenerationDelta(completion.Index, completion.Text, completion.TokenIds, completion.FinishReason);
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync()
    {
        client.Dispose();
        room.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SendAllAsync(IAsyncEnumerable<GenerationRequest> requests, ChannelWriter<GenerationResult> results, CancellationToken cancellation)
    {
        List<Task> running = [];
        Exception? failure = null;
        try
        {
            await foreach (var request in requests.WithCancellation(cancellation))
            {
                await room.WaitAsync(cancellation);
                running.RemoveAll(task => task.IsCompleted);
                running.Add(SendOneAsync(request, results, cancellation));
            }
        }
        catch (Exception e)
        {
            failure = e;
        }

        await Task.WhenAll(running);
        results.TryComplete(failure);
    }

    private async Task SendOneAsync(GenerationRequest request, ChannelWriter<GenerationResult> results, CancellationToken cancellation)
    {
        try
        {
            results.TryWrite(await PrepareAndSendAsync(request, cancellation));
        }
        catch (Exception e)
        {
            // It is that of every request: the reader stops, and with it the others.
            results.TryComplete(e);
        }
        finally
        {
            room.Release();
        }
    }

    private async Task<GenerationResult> PrepareAndSendAsync(GenerationRequest request, CancellationToken cancellation)
    {
        try
        {
            request = Prepare(request);
        }
        catch (InferenceException e)
        {
            return new GenerationResult { Request = request, Error = new GenerationError(e.Code, e.Message) };
        }

        return await SendAsync(request, cancellation);
    }

    private async Task<GenerationResult> SendAsync(GenerationRequest request, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, request.CancellationToken);
        try
        {
            return await client.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && request.CancellationToken.IsCancellationRequested)
        {
            return new GenerationResult { Request = request, Completions = [new Completion(0, "", [], FinishReason.Cancelled)] };
        }
    }
}
