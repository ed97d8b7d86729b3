namespace Serverless.Storage.Blobs;

/// <summary>What a blob may be called.</summary>
internal static class BlobNames
{
    /// <summary>The folder under a local root that holds what is being written.</summary>
    internal const string TemporaryFolder = "_tmp";

    /// <summary>The name, if it is one.</summary>
    /// <exception cref="BlobException">Kind InvalidName.</exception>
    internal static string Check(string name)
    {
        var reason = name switch
        {
            "" => "is empty",
            _ when name.Contains('\0') => "has a NUL character",
            _ when name.StartsWith('/') => "starts with a slash; names are relative to the store's root",
            _ when name.Split('/').Any(segment => segment is "" or "." or "..") => "has an empty, \".\" or \"..\" segment",
            _ when name == TemporaryFolder || name.StartsWith(TemporaryFolder + "/", StringComparison.Ordinal) => $"lies in {TemporaryFolder}, which belongs to the store",
            _ => null,
        };
        return reason is null ? name : throw new BlobException(BlobErrorKind.InvalidName, $"The blob name \"{name}\" {reason}.");
    }
}
