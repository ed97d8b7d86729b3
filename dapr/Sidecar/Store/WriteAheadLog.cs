namespace Dapr.Sidecar.Store;

/// <summary>
/// The file of the write-ahead log, laid out before it is used: a commit that overwrites blocks waits for the disk once, one that makes
/// the file longer waits for the file system's journal too. SQLite reads the log up to the last whole commit and ignores what follows
/// (https://sqlite.org/fileformat2.html#the_write_ahead_log), so zeros behind it mean nothing.
/// </summary>
internal static class WriteAheadLog
{
    /// <summary>Makes the log at least this long, on the disk; a log that is longer stays as it is. A disk without the room keeps its shorter log.</summary>
    /// <param name="database">The database's file.</param>
    /// <param name="bytes">The length.</param>
    public static void LayOut(string database, long bytes)
    {
        var zeros = new byte[1 << 16];
        using var log = new FileStream(database + "-wal", FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var before = log.Length;
        log.Position = before;
        try
        {
            while (log.Position < bytes)
            {
                log.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, bytes - log.Position)));
            }

            log.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // Commits grow the log as they need, or say that the disk is full.
            log.SetLength(before);
        }
    }
}
