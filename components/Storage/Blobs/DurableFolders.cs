namespace Serverless.Storage.Blobs;

/// <summary>Folders whose entries survive a power cut.</summary>
internal static class DurableFolders
{
    /// <summary>Makes <paramref name="folder"/> and what is missing above it, each entry synchronised; returns it.</summary>
    /// <exception cref="BlobException">A folder below <paramref name="root"/> is a symbolic link: what is written would lie elsewhere.</exception>
    internal static string Make(string root, string folder)
    {
        var state = LibC.Stat(folder, followLink: folder.Length <= root.Length);
        if (state is { IsLink: true })
            throw new BlobException(BlobErrorKind.AccessDenied, $"{folder} is a symbolic link; a store writes only into real folders below its root {root}.");
        var parent = Path.GetDirectoryName(folder);
        if (parent is not null && folder.Length > root.Length) Make(root, parent);
        if (state is not null) return folder;
        if (parent is not null && folder.Length <= root.Length) Make(root, parent);
        Directory.CreateDirectory(folder);
        LibC.Synchronize(parent!);
        return folder;
    }
}
