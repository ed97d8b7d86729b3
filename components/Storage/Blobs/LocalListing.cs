namespace Serverless.Storage.Blobs;

/// <summary>The files under a root as blob names in ordinal order, holding one folder's entries per level.</summary>
internal static class LocalListing
{
    internal static IEnumerable<string> Names(string root, string folder)
    {
        foreach (var (name, isFolder) in Entries(root, folder))
        {
            if (!isFolder)
                yield return name;
            else
                foreach (var below in Names(root, name[..^1]))
                    yield return below;
        }
    }

    /// <summary>A folder sorts by its name with a slash, so that the whole listing is in order.</summary>
    private static List<(string Name, bool IsFolder)> Entries(string root, string folder)
    {
        var path = Path.Combine(root, folder);
        var entries = new List<(string Name, bool IsFolder)>();
        if (!Directory.Exists(path)) return entries;
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", Options))
        {
            var name = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
            if (entry is FileInfo) entries.Add((name, false));
            else if (entry.LinkTarget is null && name != BlobNames.TemporaryFolder) entries.Add((name + "/", true));
        }
        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    private static readonly EnumerationOptions Options = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
}
