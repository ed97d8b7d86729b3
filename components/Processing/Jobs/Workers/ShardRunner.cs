using System.Runtime.CompilerServices;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Datasets;
using Serverless.Processing.Output;
using Serverless.Processing.Pipeline;

namespace Serverless.Processing.Jobs;

/// <summary>
/// Turns one shard into one part: reads its rows, hands them to the shared stages, takes them back in their order, writes them, and
/// makes the part visible under the shard's name, create-if-absent. Whoever loses that reads the winner's.
/// </summary>
internal sealed class ShardRunner(
    JobDefinition job, JobPlan plan, OutputFolder output, GenerationPipeline pipeline, PartSchema schema, EngineColumns engineColumns)
{
    readonly RowProjector projector = new(job.Program, engineColumns);
    readonly PartFiles files = new(output, plan.Fingerprint);

    /// <summary>Runs a whole shard.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="progress">Told of its rows.</param>
    /// <param name="cancellationToken">Stops it at the engine's next step.</param>
    /// <param name="poison">Rows (positions in the shard) that the engine must not see. Default: none.</param>
    /// <param name="watch">Told which rows the engine has. Default: nobody.</param>
    public async Task<PartMetadata> RunAsync(
        ShardRecord shard, IShardProgress progress, CancellationToken cancellationToken, IReadOnlyList<long>? poison = null, IRowWatch? watch = null)
    {
        using var scratch = output.Store.CreateScratch();
        long done = 0, failed = 0;
        var kept = false;
        using var part = new PartBuilder(scratch.Path, schema, engineColumns, job.Spec.Output.Compression, (row, error) =>
        {
            failed++;
            RowFailed(progress.RowFailed(), row, error);
        });
        try
        {
            using (ProcessingTelemetry.Engine(job.Spec.Model.Source))
            {
                var rows = job.Dataset.Source.ReadAsync(plan.Files, shard, cancellationToken);
                await foreach (var (slot, outcome) in GenerateAsync(poison is { Count: > 0 } ? WithoutAsync(rows, poison) : rows, shard, 0, watch, cancellationToken))
                {
                    var usage = UsageOf(outcome);
                    part.Add(slot.Index, projector.Project(slot, outcome), usage);
                    done++;
                    progress.RowDone(usage);
                }
            }

            using (ProcessingTelemetry.Publish())
            {
                var metadata = await files.PublishAsync(shard, part, scratch.Path, cancellationToken);
                kept = true;
                return metadata;
            }
        }
        finally
        {
            if (!kept)
                progress.AttemptLost(done, failed);
        }
    }

    /// <summary>Sends some rows of a shard through the engine and keeps nothing of them.</summary>
    /// <returns>How many there were.</returns>
    public async Task<long> ProbeAsync(ShardRecord shard, ProbeRows probe, IReadOnlyList<long>? poison, IRowWatch? watch, CancellationToken cancellationToken)
    {
        long rows = 0;
        var all = job.Dataset.Source.ReadAsync(plan.Files, shard, cancellationToken);
        var some = SliceAsync(poison is { Count: > 0 } ? WithoutAsync(all, poison) : all, probe);
        await foreach (var _ in GenerateAsync(some, shard, probe.First, watch, cancellationToken))
            rows++;
        return rows;
    }

    /// <summary>Rows of one shard between reading and writing: enough that a long completion at its head does not starve the engine.</summary>
    int WindowRows => Math.Max(job.Spec.BatchSize, 4 * pipeline.EngineRows);

    async IAsyncEnumerable<(RowSlot Slot, RowOutcome Outcome)> GenerateAsync(
        IAsyncEnumerable<InputRow> rows, ShardRecord shard, long firstPosition, IRowWatch? watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feed = new RowFeed(pipeline, WindowRows, watch, firstPosition);
        var reading = feed.ReadAsync(rows, shard.RowIndexOf, attempt.Token);
        try
        {
            while (await feed.Slots.WaitToReadAsync(attempt.Token))
            {
                while (feed.Slots.TryRead(out var slot))
                {
                    // A row that waits for the engine behind others' ends with its attempt, not when its turn has come.
                    yield return (slot, slot.Outcome.IsCompleted ? await slot.Outcome : await slot.Outcome.WaitAsync(cancellationToken));
                }
            }
        }
        finally
        {
            await attempt.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Poison rows stand in the output with their columns and an error, and never reach the engine.</summary>
    static async IAsyncEnumerable<InputRow> WithoutAsync(IAsyncEnumerable<InputRow> rows, IReadOnlyList<long> poison)
    {
        long position = 0;
        await foreach (var row in rows)
        {
            yield return poison.Contains(position)
                ? row with { Error = new RowError(ErrorCodes.PoisonRow, "workers that had this row in their engine died; it was left out", RowStages.Engine) }
                : row;
            position++;
        }
    }

    static async IAsyncEnumerable<InputRow> SliceAsync(IAsyncEnumerable<InputRow> rows, ProbeRows slice)
    {
        long position = 0;
        await foreach (var row in rows)
        {
            if (position >= slice.First + slice.Count)
                yield break;
            if (position++ >= slice.First)
                yield return row;
        }
    }

    void RowFailed(long failed, long row, RowError error)
    {
        if (job.Spec.OnRowError == OnRowError.Fail)
        {
            throw new JobException(ErrorCodes.RowFailed,
                $"row {row} failed in stage {error.Stage} ({error.Type}): {error.Message}; \"on_row_error: record\" would keep it beside the others");
        }

        if (job.Spec.MaxErrorRate is { } rate && failed > rate * plan.Rows)
        {
            throw new JobException(ErrorCodes.TooManyErrors,
                $"{failed} of {plan.Rows} rows failed, more than max_error_rate {rate} allows; the last was row {row}, in stage {error.Stage} ({error.Type}): {error.Message}");
        }
    }

    static Usage UsageOf(RowOutcome outcome) => outcome.Result is not { } result
        ? Usage.None
        : new Usage(result.NumInputTokens, result.NumCachedTokens, result.NumGeneratedTokens);
}
