using System.Runtime.InteropServices;

namespace Serverless.Storage.Duck;

/// <summary>The functions of DuckDB's C API (duckdb.h) that this component calls, under their C names.</summary>
internal static unsafe partial class DuckNative
{
    internal const int Success = 0;

    static DuckNative() => DuckLibrary.Register();

    [LibraryImport(DuckLibrary.Name)] internal static partial int duckdb_create_config(out nint config);
    [LibraryImport(DuckLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int duckdb_set_config(nint config, string name, string option);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_destroy_config(ref nint config);
    [LibraryImport(DuckLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int duckdb_open_ext(string path, out nint database, nint config, out nint error);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_close(ref nint database);
    [LibraryImport(DuckLibrary.Name)] internal static partial int duckdb_connect(DuckDatabaseHandle database, out nint connection);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_disconnect(ref nint connection);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_library_version();
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_free(nint pointer);

    [LibraryImport(DuckLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int duckdb_prepare(DuckConnectionHandle connection, string query, out nint statement);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_prepare_error(nint statement);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_destroy_prepare(ref nint statement);
    [LibraryImport(DuckLibrary.Name)] internal static partial int duckdb_pending_prepared_streaming(nint statement, out nint pending);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_pending_error(nint pending);
    [LibraryImport(DuckLibrary.Name)] internal static partial int duckdb_execute_pending(nint pending, NativeResult* result);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_destroy_pending(ref nint pending);

    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_result_error(NativeResult* result);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_destroy_result(NativeResult* result);
    [LibraryImport(DuckLibrary.Name)] internal static partial ulong duckdb_column_count(NativeResult* result);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_column_name(NativeResult* result, ulong column);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_column_logical_type(NativeResult* result, ulong column);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_fetch_chunk(NativeResult result);

    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_create_logical_type(DuckType type);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_create_list_type(nint element);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_create_struct_type(nint* types, nint* names, ulong count);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_destroy_logical_type(ref nint type);
    [LibraryImport(DuckLibrary.Name)] internal static partial DuckType duckdb_get_type_id(nint type);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_list_type_child_type(nint type);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_array_type_child_type(nint type);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_map_type_key_type(nint type);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_map_type_value_type(nint type);
    [LibraryImport(DuckLibrary.Name)] internal static partial ulong duckdb_struct_type_child_count(nint type);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_struct_type_child_name(nint type, ulong index);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_struct_type_child_type(nint type, ulong index);

    [LibraryImport(DuckLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int duckdb_appender_create(DuckConnectionHandle connection, string? schema, string table, out nint appender);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_appender_error(DuckAppenderHandle appender);
    [LibraryImport(DuckLibrary.Name)] internal static partial int duckdb_append_data_chunk(DuckAppenderHandle appender, nint chunk);
    [LibraryImport(DuckLibrary.Name)] internal static partial int duckdb_appender_close(DuckAppenderHandle appender);
    [LibraryImport(DuckLibrary.Name)] internal static partial int duckdb_appender_destroy(ref nint appender);

    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_create_data_chunk(nint* types, ulong count);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_destroy_data_chunk(ref nint chunk);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_data_chunk_get_vector(nint chunk, ulong column);
    [LibraryImport(DuckLibrary.Name)] internal static partial ulong duckdb_data_chunk_get_size(nint chunk);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_data_chunk_set_size(nint chunk, ulong size);
    [LibraryImport(DuckLibrary.Name)] internal static partial ulong duckdb_vector_size();

    [LibraryImport(DuckLibrary.Name)] internal static partial void* duckdb_vector_get_data(nint vector);
    [LibraryImport(DuckLibrary.Name)] internal static partial ulong* duckdb_vector_get_validity(nint vector);
    [LibraryImport(DuckLibrary.Name)] internal static partial void duckdb_vector_ensure_validity_writable(nint vector);
    [LibraryImport(DuckLibrary.Name)]
    internal static partial void duckdb_vector_assign_string_element_len(nint vector, ulong index, byte* text, ulong length);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_list_vector_get_child(nint vector);
    [LibraryImport(DuckLibrary.Name)] internal static partial ulong duckdb_list_vector_get_size(nint vector);
    [LibraryImport(DuckLibrary.Name)] internal static partial int duckdb_list_vector_set_size(nint vector, ulong size);
    [LibraryImport(DuckLibrary.Name)] internal static partial int duckdb_list_vector_reserve(nint vector, ulong capacity);
    [LibraryImport(DuckLibrary.Name)] internal static partial nint duckdb_struct_vector_get_child(nint vector, ulong index);

    /// <summary>A string that DuckDB allocated and hands over.</summary>
    internal static string TakeString(nint pointer)
    {
        var text = Marshal.PtrToStringUTF8(pointer) ?? "";
        duckdb_free(pointer);
        return text;
    }
}

/// <summary>duckdb_result: passed by value to duckdb_fetch_chunk, so its size counts.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeResult
{
    private ulong columnCount;
    private ulong rowCount;
    private ulong rowsChanged;
    private nint columns;
    private nint errorMessage;
    private nint internalData;
}

/// <summary>duckdb_list_entry: where a row's elements lie in the child vector.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ListEntry
{
    internal ulong Offset;
    internal ulong Length;
}

/// <summary>duckdb_type: the ids of logical types, as far as they are told apart here.</summary>
internal enum DuckType
{
    Invalid = 0,
    Boolean = 1,
    TinyInt = 2,
    SmallInt = 3,
    Integer = 4,
    BigInt = 5,
    UTinyInt = 6,
    USmallInt = 7,
    UInteger = 8,
    Float = 10,
    Double = 11,
    Varchar = 17,
    Decimal = 19,
    List = 24,
    Struct = 25,
    Map = 26,
    Array = 33,
}
