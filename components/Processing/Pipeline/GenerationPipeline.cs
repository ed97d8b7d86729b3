using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Serverless.Contracts.Errors;
using Serverless.Inference;
using Serverless.Processing.Jobs;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Pipeline;

/// <summary>How far the stages before the engine may run ahead.</summary>
internal sealed record PipelineOptions
{
    /// <summary>Rows that wait for preprocessing. Default: 256.</summary>
    public int WaitingRows { get; init; } = 256;

    /// <summary>Workers that preprocess and tokenise. Default: half of the cores, at least 2.</summary>
    public int Workers { get; init; } = Math.Max(2, Environment.ProcessorCount / 2);

    /// <summary>Whether a row may have several completions. Default: false.</summary>
    public bool HasSamples { get; init; }

    /// <summary>The job in whose name requests are made.</summary>
    public string Job { get; init; } = "";

    /// <summary>Variables of the chat template for every row.</summary>
    public IReadOnlyDictionary<string, object?>? ChatTemplateKwargs { get; init; }
}

/// <summary>
/// The stages that all shards of a job share: preprocess, tokenise, generate. Rows of every shard in flight meet in one continuously
/// batched call of the engine, so a shard that ends leaves no gap.
/// <code>SubmitAsync -> [waiting] -> workers: preprocess, Prepare -> [prepared] -> engine -> slot.Outcome</code>
/// </summary>
internal sealed class GenerationPipeline : IAsyncDisposable
{
    readonly IGenerationEngine engine;
    readonly IRowProgram program;
    readonly PipelineOptions options;
    readonly Channel<RowSlot> waiting;
    readonly Channel<RowSlot> prepared;
    readonly ConcurrentDictionary<string, RowSlot> generating = new();
    readonly CancellationTokenSource stop = new();
    readonly Task workers;
    readonly Task generation;
    Exception? failure;
    long lastId;

    public GenerationPipeline(IGenerationEngine engine, IRowProgram program, PipelineOptions options)
    {
        (this.engine, this.program, this.options) = (engine, program, options);
        waiting = Channel.CreateBounded<RowSlot>(new BoundedChannelOptions(options.WaitingRows));

        // As many again as the engine works on, so that it finds work whenever sequences end.
        prepared = Channel.CreateBounded<RowSlot>(new BoundedChannelOptions(engine.MaxNumSeqs) { SingleReader = true });
        workers = Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => Task.Run(PrepareRowsAsync)));
        generation = Task.Run(GenerateRowsAsync);
    }

    /// <summary>Rows that the engine works on at once.</summary>
    public int EngineRows => engine.MaxNumSeqs;

    /// <summary>Hands a row to the workers, waiting while too many wait already.</summary>
    /// <exception cref="JobException">The engine has failed.</exception>
    public async ValueTask SubmitAsync(RowSlot slot)
    {
        try
        {
            await waiting.Writer.WriteAsync(slot, slot.CancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw failure ?? new ObjectDisposedException(nameof(GenerationPipeline));
        }
    }

    /// <summary>Ends the workers and the engine's call. Rows still in it are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        Fail(new OperationCanceledException("the pipeline was closed"));
        await Task.WhenAll(workers, generation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    async Task PrepareRowsAsync()
    {
        try
        {
            while (await waiting.Reader.WaitToReadAsync(stop.Token))
            {
                while (waiting.Reader.TryRead(out var slot))
                {
                    if (Prepare(slot) && !prepared.Writer.TryWrite(slot) && !await PassOnAsync(slot))
                        return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled has told every row why.
        }
    }

    async ValueTask<bool> PassOnAsync(RowSlot slot)
    {
        try
        {
            await prepared.Writer.WriteAsync(slot, stop.Token);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            slot.Fault(failure ?? e);
            return false;
        }
    }

    bool Prepare(RowSlot slot)
    {
        try
        {
            var prompt = program.Preprocess(slot.Row);
            if (prompt.SamplingParams is { N: > 1 } && !options.HasSamples)
                throw new RowException(ErrorCodes.InvalidRequest, $"n is {prompt.SamplingParams.N}, but the output has one record a row: set MultipleSamples");
            slot.Request = engine.Prepare(new GenerationRequest
            {
                Id = Interlocked.Increment(ref lastId).ToString(),
                Messages = prompt.Messages,
                Prompt = prompt.Text,
                PromptTokenIds = prompt.TokenIds,
                SamplingParams = prompt.SamplingParams,
                ChatTemplateKwargs = Merge(options.ChatTemplateKwargs, prompt.ChatTemplateKwargs),
                Job = options.Job,
                CancellationToken = slot.CancellationToken,
            });
            return true;
        }
        catch (RowException e)
        {
            slot.Fail(e.Code, e.Message, RowStages.Preprocess);
        }
        catch (InferenceException e)
        {
            slot.Fail(e.Code, e.Message, RowStages.Tokenize);
        }
        catch (Exception e)
        {
            slot.Fault(e);
        }

        return false;
    }

    static IReadOnlyDictionary<string, object?>? Merge(IReadOnlyDictionary<string, object?>? common, IReadOnlyDictionary<string, object?>? own)
    {
        if (common is null || own is null)
            return own ?? common;
        var merged = new Dictionary<string, object?>(common);
        foreach (var (name, value) in own)
            merged[name] = value;
        return merged;
    }

    async Task GenerateRowsAsync()
    {
        try
        {
            await foreach (var result in engine.GenerateAsync(RequestsAsync(stop.Token), stop.Token))
            {
                if (!generating.TryRemove(result.Request.Id, out var slot))
                    throw new JobException(ErrorCodes.EngineFailed, $"the engine gave a result for request \"{result.Request.Id}\", which is not in flight");
                slot.LeaveEngine();
                if (result.Error is { Code: InferenceErrorCodes.Unavailable } error)
                    slot.Fault(new JobException(ErrorCodes.Io, error.Message));
                else
                    slot.Complete(result);
            }

            Fail(new JobException(ErrorCodes.EngineFailed, $"the engine stopped with {generating.Count} requests in flight"));
        }
        catch (Exception e)
        {
            Fail(e switch
            {
                JobException or OperationCanceledException => e,
                InferenceException { Code: InferenceErrorCodes.ModelAccess } => JobErrors.Classify(e),
                _ => new JobException(ErrorCodes.EngineFailed, $"the engine failed: {e.Message}", e),
            });
        }
    }

    async IAsyncEnumerable<GenerationRequest> RequestsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await prepared.Reader.WaitToReadAsync(cancellationToken))
        {
            while (prepared.Reader.TryRead(out var slot))
            {
                generating[slot.Request!.Id] = slot;
                slot.EnterEngine();
                yield return slot.Request;
            }
        }
    }

    /// <summary>Nothing that was handed in may wait for ever: everything in the stages gets the reason.</summary>
    void Fail(Exception reason)
    {
        reason = Interlocked.CompareExchange(ref failure, reason, null) ?? reason;
        waiting.Writer.TryComplete();
        prepared.Writer.TryComplete();
        stop.Cancel();
        while (waiting.Reader.TryRead(out var slot) || prepared.Reader.TryRead(out slot))
            slot.Fault(reason);
        foreach (var slot in generating.Values)
            slot.Fault(reason);
    }
}
