using Serverless.Inference.Loading.Hub;

namespace Serverless.Inference.Loading;

/// <summary>A model on this machine.</summary>
/// <param name="Folder">A model folder, for <see cref="ModelFolder.Open"/>.</param>
/// <param name="Revision">
/// What exactly it is: the hub's commit hash, or for a folder <c>sha256:</c> and a hash of what its files hold. Two equal revisions of one
/// source generate the same.
/// </param>
public sealed record ResolvedModel(string Folder, string Revision);

/// <summary>Finds the folder that a model source means: a path, <c>file://</c> path, or <c>hf://org/name[@revision]</c>.</summary>
public static class ModelSource
{
    /// <summary>Gives the folder, downloading the model first if it is on a hub and not in the cache.</summary>
    /// <param name="source">The source.</param>
    /// <param name="hub">Which hub and cache. Default: as the environment says.</param>
    /// <param name="progress">Told how far a download is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InferenceException">
    /// <see cref="InferenceErrorCodes.ModelFile"/>: there is no such folder; <see cref="InferenceErrorCodes.ModelDownload"/>, <see cref="InferenceErrorCodes.ModelAccess"/>: see
    /// <see cref="HubClient.GetAsync"/>.
    /// </exception>
    public static async Task<ResolvedModel> ResolveAsync(
        string source, HubOptions? hub = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (source.StartsWith(HubReference.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            using var client = new HubClient(hub);
            var snapshot = await client.GetAsync(HubReference.Parse(source), progress, cancellationToken);
            return new ResolvedModel(snapshot.Folder, snapshot.Commit);
        }

        string folder = LocalFolder(source);
        return new ResolvedModel(folder, await Task.Run(() => FolderFingerprint.Of(folder), cancellationToken));
    }

    /// <summary>
    /// The source of exactly this revision: a branch or tag of a hub may move between two looks, a commit cannot. Folders stay as they are.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="revision">What <see cref="ResolveAsync"/> said that it is.</param>
    public static string Pin(string source, string revision)
    {
        if (!source.StartsWith(HubReference.Scheme, StringComparison.OrdinalIgnoreCase)) return source;
        var pinned = HubReference.Parse(source) with { Revision = revision };
        return pinned.IsCommit ? pinned.ToString() : source;
    }

    /// <summary>Whether a file of a model folder has a say in what the model generates: configuration, tokenizer, chat template, weights.</summary>
    /// <param name="name">Its name, without a folder.</param>
    public static bool IsModelFile(string name) => !name.Contains('/', StringComparison.Ordinal) && HubFiles.Matters(name);

    private static string LocalFolder(string source)
    {
        const string Forms = "expected a folder, file:///folder, or hf://org/name[@revision]";
        if (string.IsNullOrWhiteSpace(source)) throw new InferenceException(InferenceErrorCodes.ModelFile, $"The model source is empty; {Forms}.");
        string path = source;
        if (source.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(source, UriKind.Absolute, out var address) || !address.IsFile || address.Host.Length > 0)
                throw ModelErrors.File(source, $"is no model source; {Forms}.");
            path = address.LocalPath;
        }

        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) return full;
        string hint = path.Count(c => c == '/') == 1 && !Path.IsPathRooted(path) && path[0] != '.' ? $" For the model of that name on the hub, write hf://{path}." : "";
        throw ModelErrors.File(full, (File.Exists(full) ? "is a file; expected a model folder." : $"there is no such folder; {Forms}.") + hint);
    }
}
