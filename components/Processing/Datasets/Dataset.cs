using Serverless.Contracts.Specs;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Datasets;

/// <summary>
/// Rows to process. Nothing is read before a processor asks: streaming reads as far as it must, a job that writes Parquet looks at
/// every row once to cut shards and to find the columns' types.
/// </summary>
public sealed class Dataset
{
    /// <summary>Most bytes of input in one shard: 16 MB.</summary>
    internal const long MaxShardBytes = 16_000_000;

    Dataset(IRowSource source, InputSpec input, long? limit) => (Source, Input, RowLimit) = (source, input, limit);

    internal IRowSource Source { get; }

    /// <summary>What a job file would say.</summary>
    internal InputSpec Input { get; }

    internal long? RowLimit { get; }

    /// <summary>Rows of a program's own values: a text or another scalar is the column <c>item</c>, a dictionary or a <see cref="Row"/> is a row.</summary>
    /// <param name="items">The values; may be endless if the result is only streamed.</param>
    public static Dataset FromItems<T>(IEnumerable<T> items) => new(new ItemsSource(items.Cast<object?>()), new InputSpec(), null);

    /// <summary>Rows with one column <c>item</c>. (A text alone is one row, not a row for each of its characters.)</summary>
    /// <param name="items">The texts.</param>
    public static Dataset FromItems(params string[] items) => FromItems<string>(items);

    /// <summary>Rows of dictionaries, or of <see cref="Row"/>s.</summary>
    /// <param name="rows">Column names and values of each row.</param>
    public static Dataset FromItems(params IReadOnlyDictionary<string, object?>[] rows) => FromItems<IReadOnlyDictionary<string, object?>>(rows);

    /// <summary>Rows of files: a file, a folder (every file below it whose format is known, without those whose names begin with
    /// <c>_</c> or <c>.</c>), or a glob such as <c>data/**/*.parquet</c>. Files follow each other in the order of their names.</summary>
    /// <param name="uri">A path, <c>local://</c> or <c>file://</c>.</param>
    /// <param name="format">What they hold. Default: by file name.</param>
    public static Dataset Read(string uri, InputFormat format = InputFormat.Auto) =>
        new(new FileSource(uri, format), new InputSpec { Uri = uri, Format = format }, null);

    /// <summary>Rows of Parquet files, see <see cref="Read"/>.</summary>
    /// <param name="uri">A file, a folder or a glob.</param>
    public static Dataset ReadParquet(string uri) => Read(uri, InputFormat.Parquet);

    /// <summary>Rows of files with one JSON object a line, see <see cref="Read"/>. A bad line is a row with an error.</summary>
    /// <param name="uri">A file, a folder or a glob.</param>
    public static Dataset ReadJsonl(string uri) => Read(uri, InputFormat.Jsonl);

    /// <summary>Rows of CSV files with a header (<c>.tsv</c> and <c>.tab</c>: with tabulators), see <see cref="Read"/>.</summary>
    /// <param name="uri">A file, a folder or a glob.</param>
    public static Dataset ReadCsv(string uri) => Read(uri, InputFormat.Csv);

    /// <summary>Rows of OpenAI batch input files, see <see cref="Read"/>: columns <c>custom_id</c>, <c>method</c>, <c>url</c>, <c>body</c>.</summary>
    /// <param name="uri">A file, a folder or a glob.</param>
    public static Dataset ReadOpenAIBatch(string uri) => Read(uri, InputFormat.OpenAIBatch);

    /// <summary>The first rows only.</summary>
    /// <param name="rows">How many, at least 1.</param>
    public Dataset Limit(long rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new Dataset(Source, Input, Math.Min(rows, RowLimit ?? long.MaxValue));
    }

    /// <summary>The rows of a job file's <c>input</c>.</summary>
    internal static Dataset Of(InputSpec input)
    {
        IRowSource source = input.Items is { } items ? new ItemsSource(items.Cast<object?>()) : new FileSource(input.Uri!, input.Format);
        return new Dataset(input.FailedRowsOf is { } output ? new FailedRowsSource(source, output) : source, input, input.Limit);
    }
}
