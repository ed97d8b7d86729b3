using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Serverless.Inference.Runner;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Requests;

/// <summary>
/// One call of <see cref="LlmEngine.GenerateAsync"/>: a pump takes requests from the source and submits them, results come back
/// through a channel. The channel has no bound, so the loop never waits for a slow consumer; what bounds it is that no more
/// requests are submitted than results have been taken, plus a window.
/// </summary>
internal sealed class BatchCall : IGroupOutput, IDisposable
{
    private readonly RequestPreparation preparation;
    private readonly EngineLoop loop;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim window;
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<(SequenceGroup? Group, GenerationResult? Result)> ended =
        Channel.CreateUnbounded<(SequenceGroup?, GenerationResult?)>(new UnboundedChannelOptions { SingleReader = true });

    // Requests under way, and one for the pump itself: whoever brings it to zero closes the channel.
    private int open = 1;

    public BatchCall(RequestPreparation preparation, EngineLoop loop, TimeProvider time, int window)
    {
        this.preparation = preparation;
        this.loop = loop;
        this.time = time;
        this.window = new SemaphoreSlim(window);
    }

    public bool IsStreaming => false;

    public bool IsCancelled => stop.IsCancellationRequested;

    /// <summary>Runs the requests. Leaving the enumeration early cancels what is under way.</summary>
    public async IAsyncEnumerable<GenerationResult> RunAsync(
        IAsyncEnumerable<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pump = Task.Run(() => PumpAsync(requests), CancellationToken.None);
        try
        {
            await foreach (var (group, result) in ended.Reader.ReadAllAsync(cancellationToken))
            {
                window.Release();
                yield return result ?? ResultBuilder.Build(group!, preparation, time);
            }
        }
        finally
        {
            await stop.CancelAsync();
            loop.NoteCancellation();
            await pump;
        }
    }

    public void Grown(Sequence sequence, string text, int token)
    {
    }

    public void Finished(SequenceGroup group)
    {
        ended.Writer.TryWrite((group, null));
        CloseOne();
    }

    public void Failed(Exception error) => ended.Writer.TryComplete(error);

    public void Dispose()
    {
        stop.Dispose();
        window.Dispose();
    }

    /// <summary>Never throws: what goes wrong with the source or the engine reaches the consumer through the channel.</summary>
    private async Task PumpAsync(IAsyncEnumerable<GenerationRequest> requests)
    {
        try
        {
            await foreach (var request in requests.WithCancellation(stop.Token))
            {
                await window.WaitAsync(stop.Token);
                if (TryCreateGroup(request) is not { } group) continue;
                Interlocked.Increment(ref open);
                await loop.SubmitAsync(group, stop.Token);
            }

            CloseOne();
        }
        catch (Exception e)
        {
            ended.Writer.TryComplete(e);
        }
    }

    private SequenceGroup? TryCreateGroup(GenerationRequest request)
    {
        try
        {
            return preparation.CreateGroup(request, this);
        }
        catch (InferenceException e)
        {
            ended.Writer.TryWrite((null, ResultBuilder.Failed(request, e)));
            return null;
        }
    }

    private void CloseOne()
    {
        if (Interlocked.Decrement(ref open) == 0) ended.Writer.TryComplete();
    }
}
