namespace Serverless.Inference.Loading.Hub;

/// <summary>A whole model in the cache.</summary>
/// <param name="Repository">Owner and name.</param>
/// <param name="Commit">The commit.</param>
/// <param name="Revisions">Branches and tags that meant this commit when they were looked up last.</param>
/// <param name="Folder">The model folder.</param>
/// <param name="Bytes">Size of its files.</param>
public sealed record CachedModel(string Repository, string Commit, IReadOnlyList<string> Revisions, string Folder, long Bytes)
{
    /// <summary>The source of exactly this model: <c>hf://org/name@commit</c>.</summary>
    public string Source => new HubReference(Repository, Commit).ToString();
}

/// <summary>What the cache of downloads holds: whatever Hugging Face's tools or this product brought, if it is whole and the engine reads it.</summary>
public static class HubInventory
{
    private const string Prefix = "models--";

    /// <summary>Lists the models, by name and commit. A download that has not ended is none.</summary>
    /// <param name="options">Where the cache is. Default: as the environment says.</param>
    public static IReadOnlyList<CachedModel> List(HubOptions? options = null)
    {
        string cache = (options ?? HubOptions.FromEnvironment()).CacheFolder;
        return
        [
            .. from root in Folders(cache, Prefix + "*")
               from snapshot in Folders(Path.Combine(root, "snapshots"), "*")
               where IsWhole(snapshot)
               orderby root, snapshot
               select Read(root, snapshot),
        ];
    }

    private static bool IsWhole(string snapshot)
    {
        try
        {
            return HubFiles.IsComplete(snapshot);
        }
        catch (InferenceException)
        {
            // Its index of weights cannot be read: the engine cannot read the model either.
            return false;
        }
    }

    private static CachedModel Read(string root, string snapshot)
    {
        string commit = Path.GetFileName(snapshot), refs = Path.Combine(root, "refs");
        string[] revisions = Directory.Exists(refs)
            ? [.. Directory.GetFiles(refs, "*", SearchOption.AllDirectories).Where(file => File.ReadAllText(file).Trim() == commit).Select(file => Path.GetRelativePath(refs, file)).Order(StringComparer.Ordinal)]
            : [];
        string name = Path.GetFileName(root)[Prefix.Length..].Replace("--", "/", StringComparison.Ordinal);
        return new CachedModel(name, commit, revisions, snapshot, new DirectoryInfo(snapshot).GetFiles().Sum(SizeOf));
    }

    /// <summary>A link tells its own length, not that of what it points to.</summary>
    private static long SizeOf(FileInfo file) => file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } content ? content.Length : file.Length;

    private static string[] Folders(string folder, string pattern) => Directory.Exists(folder) ? Directory.GetDirectories(folder, pattern) : [];
}
