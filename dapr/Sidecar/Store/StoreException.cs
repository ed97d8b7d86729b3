using Microsoft.Data.Sqlite;

namespace Dapr.Sidecar.Store;

/// <summary>What kept a store from doing its work.</summary>
internal enum StoreFailure
{
    /// <summary>The disk or its quota is full: the same write works once there is space.</summary>
    Full,

    /// <summary>Another process has the file open.</summary>
    Owned,

    /// <summary>The file is not a database, or is damaged.</summary>
    Corrupt,

    /// <summary>The file comes from a newer version of this program.</summary>
    Newer,

    /// <summary>The store was closed.</summary>
    Closed,

    /// <summary>Anything else that SQLite or the file system says.</summary>
    Other,
}

/// <summary>A store did not do what it was asked; nothing of the turn is in it.</summary>
internal sealed class StoreException(StoreFailure failure, string message, Exception? inner = null) : IOException(message, inner)
{
    private const int SqliteFull = 13, SqliteIoError = 10, SqliteCorrupt = 11, SqliteNotADatabase = 26;

    /// <summary>SQLITE_IOERR_SHMSIZE: the index of the log could not be made longer. On a full disk it is what fails first when the log has room left.</summary>
    private const int SqliteNoRoomForIndex = 10 | (19 << 8);

    /// <summary>What kind of failure it is.</summary>
    public StoreFailure Failure { get; } = failure;

    internal static StoreException From(Exception error, string path) => error switch
    {
        StoreException known => known,
        SqliteException { SqliteErrorCode: SqliteFull } or SqliteException { SqliteExtendedErrorCode: SqliteNoRoomForIndex } =>
            new(StoreFailure.Full, $"{path}: the disk is full, nothing of this was written. Free some space; work goes on by itself.", error),
        SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase } corrupt =>
            new(StoreFailure.Corrupt, $"{path} is damaged or no SQLite database ({corrupt.Message}). Restore it from a copy, or move it away to start anew.", corrupt),
        SqliteException { SqliteErrorCode: SqliteIoError } io => new(StoreFailure.Other, $"{path}: the file system failed ({io.Message}).", io),
        _ => new(StoreFailure.Other, $"{path}: {error.Message}", error),
    };
}
