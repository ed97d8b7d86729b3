using System.Globalization;

namespace Dapr.Sidecar.Store;

/// <summary>
/// One process owns a store's file: it holds an advisory lock (flock) on <c>FILE.lock</c>, which the system takes back when the process
/// ends, however it ends. <c>FILE.pid</c> holds the owner's process id, for messages only (a locked file cannot be read).
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <summary>Takes the lock or refuses at once.</summary>
    /// <exception cref="StoreException">Another process has it.</exception>
    public static StoreLock Take(string path)
    {
        var name = path + ".lock";
        FileStream file;
        try
        {
            file = new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(name))
        {
            throw new StoreException(
                StoreFailure.Owned,
                $"{path} is open in another process ({Holder(path)}). One process owns a state file: stop that one, or name another file.",
                error);
        }

        File.WriteAllText(path + ".pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new StoreLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(path + ".pid") is { Length: > 0 } id ? $"process {id}" : "its id is not known";
        }
        catch (IOException)
        {
            return "its id is not known";
        }
    }
}
