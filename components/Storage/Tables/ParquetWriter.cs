using Serverless.Storage.Duck;

namespace Serverless.Storage.Tables;

/// <summary>How a Parquet file is laid out.</summary>
public sealed class ParquetWriterOptions
{
    /// <summary>Rows of a row group, the unit that readers load and skip. Rounded up to DuckDB's vector size. Default: 65,536.</summary>
    public int RowGroupRows { get; init; } = 65_536;

    /// <summary>Compression of pages: zstd, snappy, gzip, lz4_raw or uncompressed. Default: zstd.</summary>
    public string Compression { get; init; } = "zstd";
}

/// <summary>
/// Writes rows of one schema into a local Parquet file. Rows wait in DuckDB, which keeps its memory limit by moving them to temporary
/// files; the file itself is written by <see cref="Complete"/>. Values come back to the bit, but for the sign of a floating-point zero.
/// For one thread at a time.
/// </summary>
public sealed class ParquetWriter : IDisposable
{
    /// <summary>A chunk is closed early at about this many bytes, so that long texts do not wait 2,048 rows.</summary>
    private const long ChunkBytes = 4 << 20;

    private readonly string path;
    private readonly ParquetWriterOptions options;
    private readonly DuckConnection connection;
    private readonly DuckAppender appender;
    private readonly DuckTypeHandle[] types;
    private readonly object?[][] pending;
    private int pendingRows;
    private long pendingBytes;

    private ParquetWriter(string path, TableSchema schema, ParquetWriterOptions options)
    {
        this.path = Path.GetFullPath(path);
        this.options = options;
        Schema = schema;
        pending = schema.Columns.Select(_ => new object?[DuckChunk.Capacity]).ToArray();
        types = schema.Columns.Select(column => DuckTypes.Create(column.Type)).ToArray();
        connection = DuckDatabase.Connect();
        var columns = string.Join(", ", schema.Columns.Select(column => $"{Sql.Name(column.Name)} {DuckTypes.ToSql(column.Type)}"));
        Try(() => connection.Execute($"CREATE TEMP TABLE part ({columns})"));
        appender = connection.Append("part");
    }

    /// <summary>The columns.</summary>
    public TableSchema Schema { get; }

    /// <summary>Rows taken so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>A writer for a file, which <see cref="Complete"/> makes; one that is there already is replaced then.</summary>
    public static ParquetWriter Create(string path, TableSchema schema, ParquetWriterOptions? options = null) =>
        new(path, schema, options ?? new ParquetWriterOptions());

    /// <summary>Adds a row; its lists and dictionaries are read later, so they must not change any more.</summary>
    /// <exception cref="TableException">A value does not fit: the row is not added and the writer can go on.</exception>
    public void Write(ReadOnlySpan<object?> row)
    {
        if (TryWrite(row) is { } mismatch) throw new TableException($"{path}, row {RowCount}, {mismatch}.");
    }

    /// <summary>Adds a row that fits, as <see cref="Write"/> does.</summary>
    /// <returns>What of it does not fit, so that it is not added; null if all of it does.</returns>
    public ValueMismatch? TryWrite(ReadOnlySpan<object?> row)
    {
        if (RowCheck.Check(Schema, row, out var bytes) is { } mismatch) return mismatch;
        for (var i = 0; i < pending.Length; i++) pending[i][pendingRows] = row[i];
        RowCount++;
        pendingRows++;
        pendingBytes += bytes;
        if (pendingRows == DuckChunk.Capacity || pendingBytes >= ChunkBytes) Flush();
        return null;
    }

    /// <summary>Writes the file with all rows and the given key-value metadata. It is not synchronised to disk: a blob store does that.</summary>
    /// <exception cref="TableException">The file could not be written, for instance because the disk is full.</exception>
    public void Complete(IReadOnlyDictionary<string, string>? metadata = null)
    {
        Flush();
        Try(appender.Complete);
        try
        {
            Try(() => connection.Execute($"COPY part TO {Sql.Text(path)} ({string.Join(", ", CopyOptions(metadata))})"));
        }
        catch (TableException)
        {
            if (File.Exists(path)) File.Delete(path);
            throw;
        }
    }

    /// <summary>Releases the rows; without <see cref="Complete"/> no file was touched.</summary>
    public void Dispose()
    {
        appender.Dispose();
        connection.Dispose();
        foreach (var type in types) type.Dispose();
    }

    private IEnumerable<string> CopyOptions(IReadOnlyDictionary<string, string>? metadata)
    {
        yield return "FORMAT parquet";
        yield return $"COMPRESSION {Sql.Text(options.Compression)}";
        yield return $"ROW_GROUP_SIZE {options.RowGroupRows}";
        yield return "USE_TMP_FILE false";
        if (metadata is { Count: > 0 })
            yield return $"KV_METADATA {{{string.Join(", ", metadata.Select(pair => $"{Sql.Text(pair.Key)}: {Sql.Text(pair.Value)}"))}}}";
    }

    private void Flush()
    {
        if (pendingRows == 0) return;
        using var chunk = DuckChunk.Create(types);
        for (var i = 0; i < pending.Length; i++)
        {
            var values = pending[i].AsSpan(0, pendingRows);
            VectorWriter.Write(chunk.Column(i), Schema.Columns[i].Type, values);
            values.Clear();
        }
        chunk.RowCount = pendingRows;
        pendingRows = 0;
        pendingBytes = 0;
        Try(() => appender.Append(chunk));
    }

    private static bool IsOfDisk(DuckException e) => e.Message.StartsWith("IO Error", StringComparison.Ordinal);

    private void Try(Action step)
    {
        try
        {
            step();
        }
        catch (DuckException e)
        {
            throw new TableException($"{path} could not be written as Parquet: {e.Message}", IsOfDisk(e) ? new IOException(e.Message, e) : e);
        }
    }
}
