using System.Threading.Channels;
using Serverless.Processing.Datasets;
using Serverless.Processing.Jobs;

namespace Serverless.Processing.Pipeline;

/// <summary>
/// Reads rows into the shared stages and keeps their order for whoever writes them. At most so many rows are between reading and
/// writing, so memory is bounded however slow the slowest row is.
/// </summary>
internal sealed class RowFeed(GenerationPipeline pipeline, int windowRows, IRowWatch? watch = null, long firstPosition = 0)
{
    // The slot being read and the one being awaited are outside the channel.
    readonly Channel<RowSlot> slots = Channel.CreateBounded<RowSlot>(
        new BoundedChannelOptions(Math.Max(1, windowRows - 2)) { SingleReader = true, SingleWriter = true });

    /// <summary>The rows in their order; ends with the reason if reading failed.</summary>
    public ChannelReader<RowSlot> Slots => slots.Reader;

    /// <summary>Reads until the rows end. Never throws: the reader of <see cref="Slots"/> is told.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="indexOf">The index in the dataset of a row, by its position.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task ReadAsync(IAsyncEnumerable<InputRow> rows, Func<long, long> indexOf, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            Exception? failure = null;
            var position = firstPosition;
            try
            {
                await foreach (var input in rows.WithCancellation(cancellationToken))
                {
                    var slot = new RowSlot(indexOf(position), input.Row, cancellationToken, watch, position);
                    position++;
                    if (!slots.Writer.TryWrite(slot))
                        await slots.Writer.WriteAsync(slot, cancellationToken);
                    await SubmitAsync(slot, input);
                }
            }
            catch (Exception e)
            {
                failure = e;
            }

            slots.Writer.Complete(failure);
        },
        CancellationToken.None);

    async ValueTask SubmitAsync(RowSlot slot, InputRow input)
    {
        if (input.Error is { } unreadable)
        {
            slot.Fail(unreadable.Type, unreadable.Message, unreadable.Stage);
            return;
        }

        try
        {
            await pipeline.SubmitAsync(slot);
        }
        catch (Exception e)
        {
            slot.Fault(e);
            throw;
        }
    }
}
