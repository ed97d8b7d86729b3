using System.Text;
using Serverless.Storage.Tables;
using static Serverless.Storage.Duck.DuckNative;

namespace Serverless.Storage.Duck;

/// <summary>Takes values out of DuckDB's vectors: a column at a time, children as columns of their own.</summary>
internal static unsafe class VectorReader
{
    private static readonly object True = true, False = false;

    internal static object?[] Read(nint vector, ColumnType type, int count)
    {
        var values = new object?[count];
        switch (type.Kind)
        {
            case ColumnKind.Boolean:
                var flags = (byte*)duckdb_vector_get_data(vector);
                for (var i = 0; i < count; i++) values[i] = flags[i] != 0 ? True : False;
                break;
            case ColumnKind.Int64:
                var integers = (long*)duckdb_vector_get_data(vector);
                for (var i = 0; i < count; i++) values[i] = integers[i];
                break;
            case ColumnKind.Float64:
                var numbers = (double*)duckdb_vector_get_data(vector);
                for (var i = 0; i < count; i++) values[i] = numbers[i];
                break;
            case ColumnKind.String:
                ReadStrings(vector, values);
                break;
            case ColumnKind.List:
                ReadLists(vector, type.Element!, values);
                break;
            case ColumnKind.Struct:
                ReadStructs(vector, type.Fields, values);
                break;
        }
        var validity = duckdb_vector_get_validity(vector);
        if (validity != null)
            for (var i = 0; i < count; i++)
                if (!IsValid(validity, i))
                    values[i] = null;
        return values;
    }

    private static bool IsValid(ulong* validity, int index) => validity == null || (validity[index >> 6] >> (index & 63) & 1) != 0;

    /// <summary>duckdb_string_t: 4 bytes of length, then up to 12 bytes of text, or 4 bytes of prefix and a pointer.</summary>
    private static void ReadStrings(nint vector, Span<object?> values)
    {
        var data = (byte*)duckdb_vector_get_data(vector);
        var validity = duckdb_vector_get_validity(vector);
        for (var i = 0; i < values.Length; i++)
        {
            if (!IsValid(validity, i)) continue;
            var entry = data + i * 16L;
            var length = checked((int)*(uint*)entry);
            values[i] = Encoding.UTF8.GetString(length <= 12 ? entry + 4 : *(byte**)(entry + 8), length);
        }
    }

    private static void ReadLists(nint vector, ColumnType element, Span<object?> values)
    {
        var entries = (ListEntry*)duckdb_vector_get_data(vector);
        var validity = duckdb_vector_get_validity(vector);
        var elements = Read(duckdb_list_vector_get_child(vector), element, checked((int)duckdb_list_vector_get_size(vector)));
        for (var i = 0; i < values.Length; i++)
            if (IsValid(validity, i))
                values[i] = elements.AsSpan(checked((int)entries[i].Offset), checked((int)entries[i].Length)).ToArray();
    }

    private static void ReadStructs(nint vector, IReadOnlyList<Column> fields, Span<object?> values)
    {
        var validity = duckdb_vector_get_validity(vector);
        for (var i = 0; i < values.Length; i++)
            if (IsValid(validity, i))
                values[i] = new Dictionary<string, object?>(fields.Count);
        for (var f = 0; f < fields.Count; f++)
        {
            var child = Read(duckdb_struct_vector_get_child(vector, (ulong)f), fields[f].Type, values.Length);
            for (var i = 0; i < values.Length; i++)
                if (values[i] is Dictionary<string, object?> fieldsOfRow)
                    fieldsOfRow.Add(fields[f].Name, child[i]);
        }
    }
}
