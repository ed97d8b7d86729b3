using System.Runtime.CompilerServices;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Datasets;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>A plan that is not written yet. Its shards are cut anew whenever they are asked for, file by file, so that none are held.</summary>
internal sealed class PlanDraft(IReadOnlyList<InputFileRecord> files, IFileScans scans, long rowLimit, int batchSize)
{
    public IReadOnlyList<InputFileRecord> Files => files;

    public long Rows { get; set; }

    public IReadOnlyList<ColumnRecord> InputColumns { get; set; } = [];

    public IReadOnlyList<ColumnRecord>? Schema { get; set; }

    /// <summary>What was seen of the files, as far as the job's limit goes.</summary>
    public async IAsyncEnumerable<FileScanRecord> ScansAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = rowLimit;
        for (var file = 0; file < Math.Max(1, files.Count) && left > 0; file++)
        {
            var scan = await scans.GetAsync(file, left, cancellationToken);
            left -= scan.Rows;
            yield return scan;
        }
    }

    /// <summary>The shards, numbered.</summary>
    public async IAsyncEnumerable<ShardRecord> ShardsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rowsPerShard = ShardPlanner.RowsPerShard(Rows, batchSize);
        var shards = 0;
        long rows = 0;
        await foreach (var scan in ScansAsync(cancellationToken))
        {
            foreach (var shard in ShardPlanner.Cut(scan.Ranges, rowsPerShard, shards, rows))
            {
                shards++;
                yield return shard;
            }

            rows += scan.Rows;
        }
    }

    /// <summary>The shards in pages of the plan.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ShardRecord>> PagesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<ShardRecord> page = [];
        await foreach (var shard in ShardsAsync(cancellationToken))
        {
            page.Add(shard);
            if (page.Count == JobPlan.ShardsPerPage)
            {
                yield return page;
                page = [];
            }
        }

        if (page.Count > 0)
            yield return page;
    }
}

/// <summary>Which of the input's columns the output has.</summary>
internal static class KeptColumns
{
    /// <summary>Of a batch file's lines only the id is the client's own; the rest is the request, as deep and as uneven as it likes.</summary>
    public static IEnumerable<Column> Of(JobSpec spec, IReadOnlyList<Column> input) =>
        !spec.Output.KeepInput ? []
        : spec.Input.Format == InputFormat.OpenAIBatch ? input.Where(column => column.Name == OpenAIBatchFormat.CustomId)
        : input;
}
