using System.Buffers;
using System.Text.Json;

namespace Serverless.Storage.Tables;

/// <summary>Writes JSON Lines: UTF-8 without byte order mark, one object a line, LF. For one thread at a time.</summary>
public sealed class JsonlWriter(Stream stream) : IDisposable
{
    private readonly ArrayBufferWriter<byte> buffer = new(1 << 16);
    private readonly ArrayBufferWriter<byte> line = new();
    private readonly Utf8JsonWriter writer = new(Stream.Null, JsonValue.WriterOptions);

    /// <summary>Rows written.</summary>
    public long RowCount { get; private set; }

    /// <summary>Writes a row with its keys in their order.</summary>
    /// <exception cref="TableException">A value that JSON cannot hold; the row is not written.</exception>
    public void Write(IReadOnlyDictionary<string, object?> row) => WriteLine(row, static (json, values) => JsonValue.Write(json, values));

    /// <summary>Writes a row of a schema; nulls are written too.</summary>
    /// <exception cref="TableException">A value that JSON cannot hold; the row is not written.</exception>
    public void Write(TableSchema schema, IReadOnlyList<object?> row) => WriteLine((schema, row), static (json, values) =>
    {
        json.WriteStartObject();
        for (var i = 0; i < values.row.Count; i++)
        {
            json.WritePropertyName(values.schema.Columns[i].Name);
            JsonValue.Write(json, values.row[i]);
        }
        json.WriteEndObject();
    });

    /// <summary>Hands everything to the stream.</summary>
    public void Flush()
    {
        stream.Write(buffer.WrittenSpan);
        buffer.ResetWrittenCount();
        stream.Flush();
    }

    /// <summary>Flushes; the stream stays open.</summary>
    public void Dispose()
    {
        Flush();
        writer.Dispose();
    }

    private void WriteLine<T>(T row, Action<Utf8JsonWriter, T> write)
    {
        line.ResetWrittenCount();
        writer.Reset(line);
        try
        {
            write(writer, row);
        }
        catch (TableException e)
        {
            throw new TableException($"Row {RowCount}: {e.Message}", e);
        }
        writer.Flush();
        buffer.Write(line.WrittenSpan);
        buffer.Write("\n"u8);
        RowCount++;
        if (buffer.WrittenCount >= 1 << 16) Flush();
    }
}
