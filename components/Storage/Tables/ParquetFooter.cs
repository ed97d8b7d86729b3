using System.Buffers.Binary;
using System.Text;

namespace Serverless.Storage.Tables;

/// <summary>
/// What the end of a Parquet file says of the whole: its rows and its key-value metadata. Only that end is read, without DuckDB, for which a
/// look into a file costs as much as writing a small one.
/// </summary>
/// <remarks>Layout: <c>FileMetaData</c> in Thrift's compact protocol, its length in 4 bytes, <c>PAR1</c>
/// (https://github.com/apache/parquet-format, parquet.thrift).</remarks>
/// <param name="RowCount">Rows in the file.</param>
/// <param name="Metadata">The key-value metadata as text; of a key that stands twice, the last.</param>
public sealed record ParquetFooter(long RowCount, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Field ids of <c>FileMetaData</c> and of <c>KeyValue</c>.</summary>
    private const int NumRows = 3, KeyValueMetadata = 5, Key = 1, Value = 2;

    /// <summary>Bytes that are read at first: more than the footer of a file of a few row groups.</summary>
    private const int FirstRead = 16 << 10;

    private const int TrailerBytes = 8;

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Reads the end of a file.</summary>
    /// <param name="file">The file, which can seek; it stays open.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="TableException">It is not a whole Parquet file.</exception>
    public static async ValueTask<ParquetFooter> ReadAsync(Stream file, CancellationToken cancellation = default)
    {
        var end = await ReadEndAsync(file, FirstRead, cancellation);
        var length = FooterLength(end, file.Length);
        if (length > end.Length) end = await ReadEndAsync(file, length, cancellation);
        try
        {
            return Parse(end.AsSpan(end.Length - length, length - TrailerBytes));
        }
        catch (FormatException e)
        {
            throw new TableException($"its footer is damaged: {e.Message}", e);
        }
    }

    private static async ValueTask<byte[]> ReadEndAsync(Stream file, int bytes, CancellationToken cancellation)
    {
        var end = new byte[Math.Min(bytes, file.Length)];
        file.Position = file.Length - end.Length;
        await file.ReadExactlyAsync(end, cancellation);
        return end;
    }

    /// <summary>Bytes from the footer's start to the file's end.</summary>
    private static int FooterLength(ReadOnlySpan<byte> end, long fileBytes)
    {
        if (end.Length < TrailerBytes || !end[^Magic.Length..].SequenceEqual(Magic)) throw new TableException("it does not end as a Parquet file does");
        var length = BinaryPrimitives.ReadInt32LittleEndian(end[^TrailerBytes..]);
        return length >= 0 && length <= fileBytes - TrailerBytes - Magic.Length
            ? length + TrailerBytes
            : throw new TableException($"it says that its footer has {length} bytes, the file has {fileBytes}");
    }

    private static ParquetFooter Parse(ReadOnlySpan<byte> footer)
    {
        var reader = new ThriftReader(footer);
        long rows = -1;
        Dictionary<string, string> metadata = [];
        reader.BeginStruct(out var field);
        while (reader.NextField(ref field))
        {
            if (field is { Id: NumRows, Type: ThriftType.Int64 }) rows = reader.ReadInteger();
            else if (field is { Id: KeyValueMetadata, Type: ThriftType.List }) ReadPairs(ref reader, metadata);
            else reader.Skip(field.Type);
        }

        return rows >= 0 ? new ParquetFooter(rows, metadata) : throw new FormatException("it does not say how many rows there are");
    }

    private static void ReadPairs(ref ThriftReader reader, Dictionary<string, string> metadata)
    {
        var (count, type) = reader.ReadListHeader();
        if (count > 0 && type != ThriftType.Struct) throw new FormatException("its metadata are no pairs");
        for (var i = 0; i < count; i++)
        {
            string? key = null, value = null;
            reader.BeginStruct(out var field);
            while (reader.NextField(ref field))
            {
                if (field is { Id: Key, Type: ThriftType.Binary }) key = Encoding.UTF8.GetString(reader.ReadBinary());
                else if (field is { Id: Value, Type: ThriftType.Binary }) value = Encoding.UTF8.GetString(reader.ReadBinary());
                else reader.Skip(field.Type);
            }

            if (key is not null) metadata[key] = value ?? "";
        }
    }
}
