namespace Serverless.Storage.Blobs;

/// <summary>
/// Local files for the time of this process, of stores that lie elsewhere: what is about to be sent, and copies of what was fetched. They lie in
/// the system's folder for temporary files; what a process that was killed left there goes with the first use by the next.
/// </summary>
internal static class Scratch
{
    private static readonly Lock Gate = new();
    private static readonly string Root = Path.Combine(Path.GetTempPath(), $"serverless-{Environment.UserName}");
    private static TemporaryArea? area;

    /// <summary>A new, empty file.</summary>
    /// <exception cref="BlobException">The folder cannot be written to.</exception>
    internal static LocalFile NewFile()
    {
        try
        {
            var path = Area().NewPath();
            File.Create(path).Dispose();
            return new LocalFile(path, temporary: true);
        }
        catch (Exception e) when (LocalErrors.IsOfFiles(e))
        {
            throw LocalErrors.Translate("write under", Root, e);
        }
    }

    private static TemporaryArea Area()
    {
        lock (Gate)
        {
            if (area is not null) return area;
            area = new TemporaryArea(Root);
            area.Sweep();
            AppDomain.CurrentDomain.ProcessExit += (_, _) => area.Dispose();
            return area;
        }
    }
}
