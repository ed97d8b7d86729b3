using System.Runtime.InteropServices;
using static Serverless.Storage.Duck.DuckNative;

namespace Serverless.Storage.Duck;

/// <summary>Runs statements, one at a time.</summary>
internal sealed unsafe class DuckConnection(DuckConnectionHandle handle) : IDisposable
{
    /// <summary>Runs a statement to its end.</summary>
    internal void Execute(string sql)
    {
        using var result = Query(sql);
        while (result.Fetch() is { } chunk) chunk.Dispose();
    }

    /// <summary>Starts a statement; its rows are made as they are fetched.</summary>
    internal DuckResult Query(string sql)
    {
        var state = duckdb_prepare(handle, sql, out var statement);
        nint pending = 0;
        try
        {
            if (state != Success) throw new DuckException(Text(duckdb_prepare_error(statement)));
            if (duckdb_pending_prepared_streaming(statement, out pending) != Success)
                throw new DuckException(Text(duckdb_pending_error(pending)));
            var result = new DuckResult();
            if (duckdb_execute_pending(pending, result.Value) == Success) return result;
            var error = Text(duckdb_result_error(result.Value));
            result.Dispose();
            throw new DuckException(error);
        }
        finally
        {
            duckdb_destroy_pending(ref pending);
            duckdb_destroy_prepare(ref statement);
        }
    }

    /// <summary>Appends chunks to a table.</summary>
    internal DuckAppender Append(string table)
    {
        var state = duckdb_appender_create(handle, null, table, out var appender);
        var owner = new DuckAppenderHandle(appender);
        if (state == Success) return new DuckAppender(owner);
        using (owner) throw new DuckException(Text(duckdb_appender_error(owner)));
    }

    public void Dispose() => handle.Dispose();

    private static string Text(nint pointer) => Marshal.PtrToStringUTF8(pointer) ?? "DuckDB gave no reason";
}

/// <summary>Adds chunks to a table of this connection.</summary>
internal sealed class DuckAppender(DuckAppenderHandle handle) : IDisposable
{
    internal void Append(DuckChunk chunk) => Check(duckdb_append_data_chunk(handle, chunk.Value));

    /// <summary>Makes everything appended visible to statements.</summary>
    internal void Complete() => Check(duckdb_appender_close(handle));

    public void Dispose() => handle.Dispose();

    private void Check(int state)
    {
        if (state != Success) throw new DuckException(Marshal.PtrToStringUTF8(duckdb_appender_error(handle)) ?? "DuckDB gave no reason");
    }
}
