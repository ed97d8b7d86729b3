using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Output;
using Serverless.Processing.Pipeline;
using Serverless.Storage;

namespace Serverless.Processing.Jobs;

/// <summary>
/// Turns one shard into one part: reads its rows, hands them to the shared stages, takes them back in their order, writes them, and
/// makes the part visible under the shard's name, create-if-absent. Whoever loses that reads the winner's.
/// </summary>
internal sealed class ShardRunner(
    JobDefinition job, PlannedJob plan, OutputFolder output, GenerationPipeline pipeline, PartSchema schema, EngineColumns engineColumns, ProgressTracker progress)
{
    readonly RowProjector projector = new(job.Program, engineColumns);

    public async Task<PartMetadata> RunAsync(ShardRecord shard, CancellationToken cancellationToken)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var scratch = output.Store.CreateScratch();
        long done = 0, failed = 0;
        var kept = false;
        using var part = new PartBuilder(scratch.Path, schema, engineColumns, job.Spec.Output.Compression, (row, error) =>
        {
            failed++;
            RowFailed(row, error);
        });
        var feed = new RowFeed(pipeline, WindowRows);
        var reading = feed.ReadAsync(job.Dataset.Source.ReadAsync(plan.Plan.Files, shard, attempt.Token), shard.FirstRow, attempt.Token);
        try
        {
            await foreach (var slot in feed.Slots.ReadAllAsync(attempt.Token))
            {
                var outcome = await slot.Outcome;
                var usage = UsageOf(outcome);
                part.Add(slot.Index, projector.Project(slot, outcome), usage);
                done++;
                progress.RowDone(usage);
            }

            var metadata = await PublishAsync(shard, part, scratch.Path, cancellationToken);
            kept = true;
            return metadata;
        }
        finally
        {
            await attempt.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!kept)
                progress.AttemptLost(done, failed);
        }
    }

    /// <summary>Rows of one shard between reading and writing: enough that a long completion at its head does not starve the engine.</summary>
    int WindowRows => Math.Max(job.Spec.BatchSize, 4 * job.Spec.Model.EngineArgs.MaxNumSeqs);

    async Task<PartMetadata> PublishAsync(ShardRecord shard, PartBuilder part, string path, CancellationToken cancellationToken)
    {
        Failpoints.Hit("processing.part.before-write");
        var metadata = await part.CompleteAsync(plan.Plan.Fingerprint, shard, cancellationToken);
        Failpoints.Hit("processing.part.before-link");
        var won = await output.Store.TryCreateFromFileAsync(shard.PartName, path, cancellationToken);
        Failpoints.Hit("processing.part.after-link");
        return won ? metadata : await ReadPartAsync(output, plan.Plan.Fingerprint, shard, cancellationToken);
    }

    /// <summary>Reads a part that is there and checks that it is this shard's.</summary>
    public static async Task<PartMetadata> ReadPartAsync(OutputFolder output, string fingerprint, ShardRecord shard, CancellationToken cancellationToken)
    {
        using var file = await output.Store.GetLocalFileAsync(shard.PartName, cancellationToken);
        var metadata = PartMetadata.Read(file.Path, shard.PartName);
        metadata.Check(fingerprint, shard);
        return metadata;
    }

    void RowFailed(long row, RowError error)
    {
        var failed = progress.RowFailed();
        if (job.Spec.OnRowError == OnRowError.Fail)
        {
            throw new JobException(ErrorCodes.RowFailed,
                $"row {row} failed in stage {error.Stage} ({error.Type}): {error.Message}; \"on_row_error: record\" would keep it beside the others");
        }

        if (job.Spec.MaxErrorRate is { } rate && failed > rate * plan.Plan.Rows)
        {
            throw new JobException(ErrorCodes.TooManyErrors,
                $"{failed} of {plan.Plan.Rows} rows failed, more than max_error_rate {rate} allows; the last was row {row}, in stage {error.Stage} ({error.Type}): {error.Message}");
        }
    }

    static Usage UsageOf(RowOutcome outcome) => outcome.Result is not { } result
        ? Usage.None
        : new Usage(result.NumInputTokens, result.NumCachedTokens, result.Completions.Sum(completion => (long)completion.TokenIds.Count));
}
