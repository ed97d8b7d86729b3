namespace Serverless.Inference.Loading;

/// <summary>A lock on a file of a cache, held by one process while it downloads; the operating system drops it with the process.</summary>
public static class DownloadLock
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Waits until no other process holds it. The empty file stays: deleting it would let one process lock the old file and another one a new file of the
    /// same name.
    /// </summary>
    /// <param name="path">The file; its folder is there.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock; disposing of it lets go.</returns>
    public static async Task<FileStream> AcquireAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
