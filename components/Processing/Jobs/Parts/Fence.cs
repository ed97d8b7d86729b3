using System.Runtime.CompilerServices;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Datasets;
using Serverless.Processing.Output;
using Serverless.Processing.Rows;
using Serverless.Storage.Blobs;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>
/// Gives a shard that was stopped its part: its rows, each with the same error. Whoever still works on the shard finds the name taken,
/// so nothing changes after the job has ended.
/// </summary>
internal sealed class Fence(JobDefinition job, JobPlan plan, OutputFolder output, PartSchema schema, EngineColumns engineColumns)
{
    public async Task RaiseAsync(ShardRecord shard, RowError error, CancellationToken cancellationToken)
    {
        using var scratch = output.Store.CreateScratch();
        using var part = new PartBuilder(scratch.Path, schema, engineColumns, job.Spec.Output.Compression, (_, _) => { });
        long position = 0;
        await foreach (var row in RowsAsync(shard, cancellationToken))
        {
            var index = shard.RowIndexOf(position++);
            part.Add(index, [new OutputRow(engineColumns.Failure(row, index, error), error)], Usage.None);
        }

        await new PartFiles(output, plan.Fingerprint).PublishAsync(shard, part, scratch.Path, cancellationToken);
    }

    /// <summary>The shard's rows; without columns from where the input cannot be read any more, which must not keep a job from ending.</summary>
    async IAsyncEnumerable<Row> RowsAsync(ShardRecord shard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long rows = 0;
        await using var input = job.Dataset.Source.ReadAsync(plan.Files, shard, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (rows < shard.Rows && await NextAsync(input) is { } row)
        {
            rows++;
            yield return row;
        }

        for (; rows < shard.Rows; rows++)
            yield return Row.Empty;
    }

    static async ValueTask<Row?> NextAsync(IAsyncEnumerator<InputRow> input)
    {
        try
        {
            return await input.MoveNextAsync() ? input.Current.Row : null;
        }
        catch (Exception e) when (e is JobException or BlobException or TableException)
        {
            return null;
        }
    }
}
