using System.Buffers;
using System.Text;
using Serverless.Storage.Tables;
using static Serverless.Storage.Duck.DuckNative;

namespace Serverless.Storage.Duck;

/// <summary>Puts values, which fit their type, into DuckDB's vectors: a column at a time, children as columns of their own.</summary>
internal static unsafe class VectorWriter
{
    internal static void Write(nint vector, ColumnType type, ReadOnlySpan<object?> values)
    {
        if (values.Contains(null)) WriteNulls(vector, values);
        switch (type.Kind)
        {
            case ColumnKind.Boolean:
                var flags = (byte*)duckdb_vector_get_data(vector);
                for (var i = 0; i < values.Length; i++) flags[i] = values[i] is true ? (byte)1 : (byte)0;
                break;
            case ColumnKind.Int64:
                var integers = (long*)duckdb_vector_get_data(vector);
                for (var i = 0; i < values.Length; i++) integers[i] = values[i] is long n ? n : 0;
                break;
            case ColumnKind.Float64:
                var numbers = (double*)duckdb_vector_get_data(vector);
                for (var i = 0; i < values.Length; i++) numbers[i] = values[i] switch { double d => d, long n => n, _ => 0 };
                break;
            case ColumnKind.String:
                WriteStrings(vector, values);
                break;
            case ColumnKind.List:
                WriteLists(vector, type.Element!, values);
                break;
            case ColumnKind.Struct:
                WriteStructs(vector, type.Fields, values);
                break;
        }
    }

    private static void WriteNulls(nint vector, ReadOnlySpan<object?> values)
    {
        duckdb_vector_ensure_validity_writable(vector);
        var validity = duckdb_vector_get_validity(vector);
        for (var i = 0; i < values.Length; i++)
            if (values[i] is null)
                validity[i >> 6] &= ~(1UL << (i & 63));
    }

    private static void WriteStrings(nint vector, ReadOnlySpan<object?> values)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not string text) continue;
            if (buffer.Length < text.Length * 3L)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = ArrayPool<byte>.Shared.Rent(checked(text.Length * 3));
            }
            var length = Encoding.UTF8.GetBytes(text, buffer);
            fixed (byte* first = buffer) duckdb_vector_assign_string_element_len(vector, (ulong)i, first, (ulong)length);
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static void WriteLists(nint vector, ColumnType element, ReadOnlySpan<object?> values)
    {
        var entries = (ListEntry*)duckdb_vector_get_data(vector);
        var elements = new List<object?>();
        for (var i = 0; i < values.Length; i++)
        {
            entries[i].Offset = (ulong)elements.Count;
            if (values[i] is IReadOnlyList<object?> list) elements.AddRange(list);
            entries[i].Length = (ulong)elements.Count - entries[i].Offset;
        }
        if (duckdb_list_vector_reserve(vector, (ulong)elements.Count) != Success || duckdb_list_vector_set_size(vector, (ulong)elements.Count) != Success)
            throw new DuckException($"DuckDB could not hold {elements.Count} list elements.");
        Write(duckdb_list_vector_get_child(vector), element, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(elements));
    }

    /// <summary>The fields of a null struct are nulls themselves, as DuckDB wants them.</summary>
    private static void WriteStructs(nint vector, IReadOnlyList<Column> fields, ReadOnlySpan<object?> values)
    {
        var child = new object?[values.Length];
        for (var f = 0; f < fields.Count; f++)
        {
            for (var i = 0; i < values.Length; i++)
                child[i] = values[i] is IReadOnlyDictionary<string, object?> entries ? entries.GetValueOrDefault(fields[f].Name) : null;
            Write(duckdb_struct_vector_get_child(vector, (ulong)f), fields[f].Type, child);
        }
    }
}
