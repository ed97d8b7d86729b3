using Serverless.Contracts.Errors;
using Serverless.Inference;
using Serverless.Processing.Jobs;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Pipeline;

/// <summary>What became of a row: a result, or an error. Exactly one of both is set.</summary>
/// <param name="Result">What the engine gave.</param>
/// <param name="Error">Why it gave nothing.</param>
internal readonly record struct RowOutcome(GenerationResult? Result, RowError? Error);

/// <summary>
/// One row on its way through the stages. It is made in the order of the input and awaited in the same order; in between, stages
/// may finish it in any order.
/// </summary>
/// <param name="index">Position of the row in the dataset.</param>
/// <param name="row">Its input columns; empty if it could not be read.</param>
/// <param name="cancellationToken">Ends the row's generation.</param>
/// <param name="watch">Told when the row is in the engine. Default: nobody.</param>
/// <param name="position">What it is told: the row's position in its shard.</param>
internal sealed class RowSlot(long index, Row row, CancellationToken cancellationToken, IRowWatch? watch = null, long position = 0)
{
    int entry;

    readonly TaskCompletionSource<RowOutcome> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Index => index;

    public Row Row => row;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The request, once the row was prepared.</summary>
    public GenerationRequest? Request { get; set; }

    /// <summary>Completes with the row's fate; faults only if the engine itself failed.</summary>
    public Task<RowOutcome> Outcome => outcome.Task;

    public void EnterEngine() => entry = watch?.Enter(position) ?? 0;

    public void LeaveEngine() => watch?.Leave(entry);

    public void Complete(GenerationResult result) => outcome.TrySetResult(new RowOutcome(result, null));

    public void Fail(string code, string message, string stage) => outcome.TrySetResult(new RowOutcome(null, new RowError(code, message, stage)));

    public void Fault(Exception exception) => outcome.TrySetException(exception);
}
