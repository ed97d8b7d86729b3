using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Output;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>
/// Collects the rows of one shard into a local Parquet file and counts them. A value that does not fit its column makes its row an
/// error. While the schema is open, rows wait in memory (a shard is at most 16 MB of input).
/// </summary>
/// <param name="path">The local file.</param>
/// <param name="schema">The job's schema.</param>
/// <param name="engineColumns">The engine's columns.</param>
/// <param name="compression">How pages are compressed.</param>
/// <param name="onError">Told of every row that fails; may throw to stop the job.</param>
internal sealed class PartBuilder(
    string path, PartSchema schema, EngineColumns engineColumns, OutputCompression compression, Action<long, RowError> onError) : IDisposable
{
    readonly List<(long Index, OutputRow[] Rows)> undecided = [];
    readonly Dictionary<(string Type, string Stage), ErrorGroup> errors = [];
    OutputSchema? decided;
    ParquetWriter? writer;
    long records;
    long rowsFailed;
    Usage usage = Usage.None;

    /// <summary>Adds the records of one input row.</summary>
    public void Add(long index, OutputRow[] rows, Usage used)
    {
        usage = usage.Plus(used);
        if (writer is null && schema.Known is { } known)
            Open(known);
        if (writer is null)
            undecided.Add((index, rows));
        else
            Write(index, rows);
    }

    /// <summary>Ends the file.</summary>
    public async Task<PartMetadata> CompleteAsync(string fingerprint, ShardRecord shard, CancellationToken cancellationToken)
    {
        if (writer is null)
            Open(await schema.DecideAsync(undecided.SelectMany(entry => entry.Rows), cancellationToken));
        var metadata = new PartMetadata
        {
            Fingerprint = fingerprint,
            Shard = shard.Shard,
            Rows = shard.Rows,
            RowsFailed = rowsFailed,
            Records = records,
            Usage = usage,
            Errors = ErrorGroup.Merge(errors.Values),
        };
        writer!.Complete(metadata.ToPairs());
        return metadata;
    }

    public void Dispose() => writer?.Dispose();

    void Open(OutputSchema with)
    {
        decided = with;
        writer = ParquetWriter.Create(path, with.Table, new ParquetWriterOptions { Compression = CodecName(compression) });
        foreach (var (index, rows) in undecided)
            Write(index, rows);
        undecided.Clear();
    }

    static string CodecName(OutputCompression compression) => compression switch
    {
        OutputCompression.Snappy => "snappy",
        OutputCompression.None => "uncompressed",
        _ => "zstd",
    };

    void Write(long index, OutputRow[] rows)
    {
        RowError? error = null;
        foreach (var row in rows)
            error = Write(row) ?? error;
        if (error is null)
            return;
        rowsFailed++;
        var key = (error.Type, error.Stage);
        errors[key] = errors.TryGetValue(key, out var group)
            ? group with { Rows = group.Rows + 1 }
            : new ErrorGroup(error.Type, error.Stage, 1, index, error.Message);
        onError(index, error);
    }

    RowError? Write(OutputRow row)
    {
        records++;
        if (row.Error is null)
        {
            if (writer!.TryWrite(decided!.Values(row.Row)) is not { } mismatch)
                return null;
            row = RowProjector.Broken(row.Row, new RowError(ErrorCodes.ValueMismatch, mismatch.ToString(), RowStages.Postprocess));
        }

        writer!.Write(decided!.FailureValues(row.Row, engineColumns.Names));
        return row.Error;
    }
}
