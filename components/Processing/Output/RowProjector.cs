using Serverless.Contracts.Errors;
using Serverless.Contracts.Validation;
using Serverless.Inference;
using Serverless.Processing.Pipeline;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Output;

/// <summary>A record of the output before it meets the schema.</summary>
/// <param name="Row">Its columns.</param>
/// <param name="Error">Why the row has no answer.</param>
internal readonly record struct OutputRow(Row Row, RowError? Error);

/// <summary>The last stage before writing: engine columns, then the job's own.</summary>
internal sealed class RowProjector(IRowProgram program, EngineColumns columns)
{
    /// <summary>The records of one input row: one for each completion, or one with an error.</summary>
    public OutputRow[] Project(RowSlot slot, RowOutcome outcome)
    {
        if (outcome.Error is { } error)
            return [Failure(slot, error)];
        var result = outcome.Result!;
        if (result.Error is { } failed)
            return [Failure(slot, new RowError(failed.Code, failed.Message, RowStages.Engine))];
        var rows = new OutputRow[result.Completions.Count];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = Answer(slot, result, result.Completions[i]);
        return rows;
    }

    /// <summary>An answer that the job's own columns cannot be made of stands beside the error: it was paid for.</summary>
    OutputRow Answer(RowSlot slot, GenerationResult result, Completion completion)
    {
        if (completion.FinishReason == FinishReason.Cancelled)
            throw new OperationCanceledException("the row was cancelled", slot.CancellationToken);
        var row = columns.Answer(slot.Row, slot.Index, result, completion);
        try
        {
            var made = program.Postprocess(row);
            if (ReferenceEquals(made, row))
                return new OutputRow(row, null);

            // Whatever the program returns, the row keeps its place.
            made = made.WithValue(OutputColumns.RowIndex, slot.Index);
            return new OutputRow(columns.Names.Contains(OutputColumns.SampleIndex) ? made.WithValue(OutputColumns.SampleIndex, (long)completion.Index) : made, null);
        }
        catch (RowException e)
        {
            return Broken(row, new RowError(e.Code, e.Message, RowStages.Postprocess));
        }
    }

    OutputRow Failure(RowSlot slot, RowError error) => new(columns.Failure(slot.Row, slot.Index, error), error);

    /// <summary>Marks a row that has engine columns as failed.</summary>
    public static OutputRow Broken(Row row, RowError error) =>
        new(row.WithValue(OutputColumns.FinishReason, "error").WithValue(OutputColumns.Error, EngineColumns.ToStruct(error)), error);
}
