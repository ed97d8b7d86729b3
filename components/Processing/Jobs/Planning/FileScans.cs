using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Datasets;

namespace Serverless.Processing.Jobs;

/// <summary>What looking at each input file gave; asked for in the order of the files, more than once.</summary>
internal interface IFileScans
{
    /// <param name="file">Index of the file.</param>
    /// <param name="limit">Rows of it that are wanted at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<FileScanRecord> GetAsync(int file, long limit, CancellationToken cancellationToken);
}

/// <summary>Looks at a file when it is asked for and keeps what it saw.</summary>
internal sealed class KeptScans(JobDefinition job, IReadOnlyList<InputFileRecord> files) : IFileScans
{
    readonly Dictionary<int, FileScanRecord> scans = [];

    public async Task<FileScanRecord> GetAsync(int file, long limit, CancellationToken cancellationToken)
    {
        if (!scans.TryGetValue(file, out var scan))
            scans[file] = scan = await job.Dataset.Source.ScanAsync(files, file, job.Spec.BatchSize, limit, cancellationToken);
        return scan;
    }
}

/// <summary>Reads what each file's step left in the output folder; holds one file's at a time.</summary>
internal sealed class StoredScans(JobDefinition job, IReadOnlyList<InputFileRecord> files, OutputFolder output) : IFileScans
{
    (int File, FileScanRecord Scan)? last;

    public async Task<FileScanRecord> GetAsync(int file, long limit, CancellationToken cancellationToken)
    {
        if (last is { } kept && kept.File == file)
            return kept.Scan;
        var scan = await output.ReadAsync<FileScanRecord>(FileScanRecord.BlobName(file), cancellationToken)
            ?? throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {FileScanRecord.BlobName(file)} is missing; plan the file before the job");

        // Where the limit lies inside a file, it is looked at again as far as that: later rows decide no column.
        if (scan.Rows > limit)
            scan = await job.Dataset.Source.ScanAsync(files, file, job.Spec.BatchSize, limit, cancellationToken);
        last = (file, scan);
        return scan;
    }
}
