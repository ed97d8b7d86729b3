using System.Runtime.InteropServices;
using static Serverless.Storage.Duck.DuckNative;

namespace Serverless.Storage.Duck;

/// <summary>A handle of DuckDB that is released once, also when its owner was forgotten.</summary>
internal abstract class DuckHandle : SafeHandle
{
    protected DuckHandle(nint value) : base(0, ownsHandle: true) => SetHandle(value);

    public override bool IsInvalid => handle == 0;
}

internal sealed class DuckDatabaseHandle(nint value) : DuckHandle(value)
{
    protected override bool ReleaseHandle()
    {
        duckdb_close(ref handle);
        return true;
    }
}

internal sealed class DuckConnectionHandle(nint value) : DuckHandle(value)
{
    protected override bool ReleaseHandle()
    {
        duckdb_disconnect(ref handle);
        return true;
    }
}

internal sealed class DuckAppenderHandle(nint value) : DuckHandle(value)
{
    protected override bool ReleaseHandle() => duckdb_appender_destroy(ref handle) == Success;
}

internal sealed class DuckTypeHandle(nint value) : DuckHandle(value)
{
    /// <summary>The type itself, valid while this handle is open.</summary>
    internal nint Value => handle;

    protected override bool ReleaseHandle()
    {
        duckdb_destroy_logical_type(ref handle);
        return true;
    }
}

/// <summary>A batch of at most <see cref="Capacity"/> rows, column by column.</summary>
internal sealed class DuckChunk(nint value) : DuckHandle(value)
{
    /// <summary>Rows that a chunk holds: DuckDB's vector size (2,048 in its own builds).</summary>
    internal static int Capacity => checked((int)duckdb_vector_size());

    /// <summary>An empty chunk with columns of these types.</summary>
    internal static unsafe DuckChunk Create(IReadOnlyList<DuckTypeHandle> types)
    {
        var values = types.Select(type => type.Value).ToArray();
        fixed (nint* first = values) return new DuckChunk(duckdb_create_data_chunk(first, (ulong)values.Length));
    }

    internal nint Value => handle;

    internal int RowCount
    {
        get => checked((int)duckdb_data_chunk_get_size(handle));
        set => duckdb_data_chunk_set_size(handle, (ulong)value);
    }

    internal nint Column(int index) => duckdb_data_chunk_get_vector(handle, (ulong)index);

    protected override bool ReleaseHandle()
    {
        duckdb_destroy_data_chunk(ref handle);
        return true;
    }
}

/// <summary>What a statement returned: a stream of chunks.</summary>
internal sealed unsafe class DuckResult() : DuckHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeResult)))
{
    internal NativeResult* Value => (NativeResult*)handle;

    internal int ColumnCount => checked((int)duckdb_column_count(Value));

    internal string ColumnName(int index) => Marshal.PtrToStringUTF8(duckdb_column_name(Value, (ulong)index)) ?? "";

    internal DuckTypeHandle ColumnType(int index) => new(duckdb_column_logical_type(Value, (ulong)index));

    /// <summary>The next rows, null after the last.</summary>
    internal DuckChunk? Fetch()
    {
        var chunk = duckdb_fetch_chunk(*Value);
        if (chunk != 0) return new DuckChunk(chunk);
        var error = Marshal.PtrToStringUTF8(duckdb_result_error(Value));
        return string.IsNullOrEmpty(error) ? null : throw new DuckException(error);
    }

    protected override bool ReleaseHandle()
    {
        duckdb_destroy_result(Value);
        NativeMemory.Free(Value);
        return true;
    }
}
