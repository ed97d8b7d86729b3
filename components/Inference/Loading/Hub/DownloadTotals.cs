namespace Serverless.Inference.Loading.Hub;

/// <summary>Adds up the progress of several files. Thread-safe.</summary>
internal sealed class DownloadTotals(IProgress<DownloadProgress>? progress)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> bytes = [];
    private long total;

    /// <summary>Counts files in before they are downloaded, so that the total does not jump with each.</summary>
    public IReadOnlyList<HubFile> Expect(IReadOnlyList<HubFile> files)
    {
        lock (gate) total += files.Sum(file => file.Size);
        return files;
    }

    /// <summary>The callback of one file's download.</summary>
    public Action<long> Of(HubFile file) => arrived =>
    {
        DownloadProgress report;
        lock (gate)
        {
            bytes[file.Name] = arrived;
            report = new DownloadProgress(file.Name, bytes.Values.Sum(), total);
        }

        progress?.Report(report);
    };
}
