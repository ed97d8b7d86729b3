using Serverless.Contracts.Errors;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Datasets;

/// <summary>A dataset's address looked up: one file, a folder, or a glob, and the store that it lies in.</summary>
/// <param name="Listing">Which files.</param>
/// <param name="Store">Where; its root is the listing's.</param>
internal sealed record FileLocation(FileListing Listing, IBlobStore Store)
{
    /// <exception cref="JobException">It is no address, or there is no such file or folder.</exception>
    public static async ValueTask<FileLocation> OpenAsync(string uri, CancellationToken cancellationToken)
    {
        BlobUri location;
        try
        {
            location = BlobUri.Parse(uri);
        }
        catch (FormatException e)
        {
            throw new JobException(ErrorCodes.InvalidInput, e.Message, e);
        }

        return location.IsLocal ? OpenLocal(uri, location) : await OpenRemoteAsync(location, cancellationToken);
    }

    static FileLocation OpenLocal(string uri, BlobUri location)
    {
        if (File.Exists(location.Path))
            return OpenFile(location);
        if (Directory.Exists(location.Path))
            return new(new FileListing(location, null, null), location.OpenFolder());
        return IsGlob(location) ? OpenGlob(location) : throw new JobException(ErrorCodes.InvalidInput, $"input {uri}: there is no file or folder {location.Path}");
    }

    /// <summary>Folders of a blob store exist by what lies in them: what is no file is one, and may turn out to be empty.</summary>
    static async ValueTask<FileLocation> OpenRemoteAsync(BlobUri location, CancellationToken cancellationToken)
    {
        if (IsGlob(location))
            return OpenGlob(location);
        if (!location.IsFolder && location.Path.Length > 0)
        {
            var file = OpenFile(location);
            if (await file.Store.GetInfoAsync(file.Listing.Name!, cancellationToken) is not null)
                return file;
            file.Store.Dispose();
        }

        return new(new FileListing(location, null, null), location.OpenFolder());
    }

    static bool IsGlob(BlobUri location) => location.Path.Contains('*', StringComparison.Ordinal);

    static FileLocation OpenFile(BlobUri location)
    {
        var (folder, name) = location.Split();
        return new(new FileListing(folder, name, null), folder.OpenFolder());
    }

    static FileLocation OpenGlob(BlobUri location)
    {
        var (root, pattern) = location.Split();
        while (IsGlob(root))
        {
            (root, var name) = root.Split();
            pattern = $"{name}/{pattern}";
        }

        return new(new FileListing(root, null, pattern), root.OpenFolder());
    }
}
