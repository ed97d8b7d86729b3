using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Serverless.Inference.Runner;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Requests;

/// <summary>One call of <see cref="LlmEngine.StreamAsync"/>. What waits to be read is bounded by the request's own max_tokens.</summary>
internal sealed class StreamCall(EngineLoop loop) : IGroupOutput
{
    private readonly Channel<GenerationDelta> deltas = Channel.CreateUnbounded<GenerationDelta>(new UnboundedChannelOptions { SingleReader = true });

    private volatile bool left;

    public bool IsStreaming => true;

    public bool IsCancelled => left;

    /// <summary>Runs the group. Leaving the enumeration early cancels it.</summary>
    public async IAsyncEnumerable<GenerationDelta> RunAsync(SequenceGroup group, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await loop.SubmitAsync(group, cancellationToken);
            await foreach (var delta in deltas.Reader.ReadAllAsync(cancellationToken)) yield return delta;
        }
        finally
        {
            left = true;
            loop.NoteCancellation();
        }
    }

    public void Grown(Sequence sequence, string text, int token) =>
        deltas.Writer.TryWrite(new GenerationDelta(sequence.Index, text, [token], sequence.FinishReason));

    public void Finished(SequenceGroup group)
    {
        for (int i = 0; i < group.N && group.Error is null; i++)
        {
            var sequence = group.Sequences[i];
            if (sequence is { FinishReason: not FinishReason.Cancelled and not null }) continue;
            deltas.Writer.TryWrite(new GenerationDelta(i, sequence?.Text?.Flush() ?? "", [], FinishReason.Cancelled));
        }

        deltas.Writer.TryComplete(group.Error is { } error ? new InferenceException(error.Code, error.Message) : null);
    }

    public void Failed(Exception error) => deltas.Writer.TryComplete(error);
}
