using System.Globalization;
using System.Runtime.InteropServices;
using static Serverless.Storage.Duck.DuckNative;

namespace Serverless.Storage.Duck;

/// <summary>
/// One in-memory database for the process, opened when first used. It holds no data of its own: files are read and written through it.
/// It loads no extensions (Parquet is built in), so it reaches no network, and its settings are locked.
/// </summary>
internal static class DuckDatabase
{
    private static readonly Lazy<DuckDatabaseHandle> Shared = new(Open);

    /// <summary>A connection of its own: connections may be used at the same time, each by one thread at a time.</summary>
    internal static DuckConnection Connect()
    {
        if (duckdb_connect(Shared.Value, out var connection) != Success) throw new DuckException("DuckDB gave no connection.");
        return new DuckConnection(new DuckConnectionHandle(connection));
    }

    /// <summary>DuckDB's own version, "v1.5.6".</summary>
    internal static string Version => Marshal.PtrToStringUTF8(duckdb_library_version()) ?? "";

    private static DuckDatabaseHandle Open()
    {
        if (duckdb_create_config(out var config) != Success) throw new DuckException("DuckDB gave no configuration.");
        try
        {
            foreach (var (name, value) in Settings())
                if (duckdb_set_config(config, name, value) != Success)
                    throw new DuckException($"DuckDB {Version} does not take the setting {name} = {value}.");
            if (duckdb_open_ext(":memory:", out var database, config, out var error) != Success)
                throw new DuckException($"DuckDB {Version} did not start: {TakeString(error)}");
            return new DuckDatabaseHandle(database);
        }
        finally
        {
            duckdb_destroy_config(ref config);
        }
    }

    /// <summary>
    /// Statements run on the thread that calls (threads = 1): a job has its parallelism in shards. Memory is a quarter of what this
    /// process may have, between 256 and 512 MB; rows beyond it go to a folder under the system's temporary folder.
    /// </summary>
    private static (string Name, string Value)[] Settings()
    {
        var quarter = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 >> 20;
        var spill = Path.Combine(Path.GetTempPath(), $"serverless-duckdb-{Path.GetRandomFileName()}");
        return
        [
            ("threads", "1"),
            ("memory_limit", Math.Clamp(quarter, 256, 512).ToString(CultureInfo.InvariantCulture) + "MB"),
            ("temp_directory", spill),
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"),
            ("allow_community_extensions", "false"),
            ("allow_persistent_secrets", "false"),
            ("enable_external_file_cache", "false"),
            ("preserve_insertion_order", "true"),
            ("lock_configuration", "true"),
        ];
    }
}
