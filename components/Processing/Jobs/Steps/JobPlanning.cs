using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Datasets;

namespace Serverless.Processing.Jobs;

/// <summary>Plans a job in steps: each file leaves what was seen of it in the folder, the last step makes shards of all.</summary>
internal sealed class JobPlanning(JobWorkspace workspace)
{
    readonly OutputFolder output = workspace.Output;

    /// <summary>The files of the job that the folder was claimed for: a list as long as the job has files, so not to be read for each.</summary>
    volatile IReadOnlyList<InputFileRecord>? claimed;

    /// <summary>Nothing is left to do where the whole plan is there.</summary>
    public async Task<FilePlan> PlanFileAsync(int file, CancellationToken cancellationToken) =>
        await UnlessPlannedAsync(files => ScanAsync(file, files, cancellationToken), cancellationToken) ?? new FilePlan(file, 0, 0);

    /// <summary>Ends when all of them have ended, so that a job that cannot be planned leaves nothing behind.</summary>
    public Task PlanFilesAsync(int first, int count, CancellationToken cancellationToken) => UnlessPlannedAsync(
        async files =>
        {
            var scans = Enumerable.Range(first, count).Select(file => Task.Run(() => ScanAsync(file, files, cancellationToken), CancellationToken.None)).ToList();
            await ((Task)Task.WhenAll(scans)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var scan in scans)
                await scan;
            return files;
        },
        cancellationToken);

    public async Task<JobPlan> CompleteAsync(CancellationToken cancellationToken)
    {
        var plan = await UnlessPlannedAsync(files => WriteAsync(files, cancellationToken), cancellationToken)
            ?? (await workspace.Planner.ReadAsync(cancellationToken))!;
        for (var file = 0; file < Math.Max(1, plan.Files.Count); file++)
            await output.Store.DeleteAsync(FileScanRecord.BlobName(file), cancellationToken);
        return plan;
    }

    async Task<FilePlan> ScanAsync(int file, IReadOnlyList<InputFileRecord> files, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(file);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(file, Math.Max(1, files.Count));
        var batchSize = workspace.Job.Spec.BatchSize;
        var limit = workspace.Job.Dataset.RowLimit ?? long.MaxValue;
        var name = FileScanRecord.BlobName(file);
        var scan = await output.ReadAsync<FileScanRecord>(name, cancellationToken)
            ?? await output.CreateOrReadAsync(
                name, await workspace.Job.Dataset.Source.ScanAsync(files, file, batchSize, limit, cancellationToken), cancellationToken);
        return new FilePlan(file, scan.Rows, ShardPlanner.Cut(scan.Ranges, ShardPlanner.RowsPerShard(scan.Rows, batchSize)).Count());
    }

    async Task<JobPlan> WriteAsync(IReadOnlyList<InputFileRecord> files, CancellationToken cancellationToken)
    {
        var record = await output.ReadClaimAsync(cancellationToken);
        var draft = await workspace.Planner.DraftAsync(files, new StoredScans(workspace.Job, files, output), cancellationToken);
        return await workspace.Planner.WriteAsync(draft, record.Fingerprint, cancellationToken);
    }

    /// <summary>
    /// Plans, unless that was done. Another one that completes the plan meanwhile sweeps what this one is reading: that is no failure.
    /// A job that cannot be planned leaves the folder as it was: whoever mends it can run it there.
    /// </summary>
    async Task<T?> UnlessPlannedAsync<T>(Func<IReadOnlyList<InputFileRecord>, Task<T>> plan, CancellationToken cancellationToken)
        where T : class
    {
        var files = claimed ??= JobDefinition.FilesOf((await output.ReadClaimAsync(cancellationToken)).Identity);
        if (await output.ExistsAsync(JobPlan.FileName, cancellationToken))
            return null;
        try
        {
            return await plan(files);
        }
        catch (JobException e)
        {
            if (await output.ExistsAsync(JobPlan.FileName, cancellationToken))
                return null;
            if (e.Code is ErrorCodes.InvalidSpec or ErrorCodes.InvalidInput or ErrorCodes.InputChanged)
                await output.RemoveJobAsync(cancellationToken);
            throw;
        }
    }
}
