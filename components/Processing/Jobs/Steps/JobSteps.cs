using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Contracts.Validation;
using Serverless.Processing.Models;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>
/// The steps of one job over its output folder, from claim to manifest: a workflow takes them, its workers run the shards in between.
/// Every step may be repeated, and run anywhere: what a step needs of those before it lies in the folder, created only if absent.
/// Every step fails with a <see cref="JobException"/> whose code says what that means. Thread-safe.
/// </summary>
public sealed class JobSteps : IAsyncDisposable
{
    readonly JobWorkspace workspace;
    readonly JobRunnerOptions options;
    readonly JobPlanning planning;
    readonly JobClosing closing;

    JobSteps(JobWorkspace workspace, JobRunnerOptions options, PlanCache plans)
    {
        (this.workspace, this.options) = (workspace, options);
        planning = new JobPlanning(workspace);
        closing = new JobClosing(workspace, plans, options.TimeProvider);
    }

    /// <summary>Opens a job.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="options">What it needs of its process; no engine is loaded. Default: the defaults.</param>
    /// <param name="plans">Plans that the process has read. Default: none.</param>
    /// <exception cref="JobException">The job is wrong; the message has a line for every mistake.</exception>
    public static JobSteps Open(JobSpec spec, JobRunnerOptions? options = null, PlanCache? plans = null) =>
        Open(spec, options, location => location.OpenFolder(), plans);

    internal static JobSteps Open(JobSpec spec, JobRunnerOptions? options, Func<BlobUri, IBlobStore> openOutput, PlanCache? plans = null) =>
        new(JobWorkspace.Open(JobDefinition.Of(spec, JobTarget.Service), openOutput), options ?? new JobRunnerOptions(), plans ?? new PlanCache());

    /// <summary>Lists the files, finds the model's revision, and takes the output folder for the job unless it is the job's already.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<JobClaim> ClaimAsync(CancellationToken cancellationToken) => JobErrors.GuardAsync(
        async () =>
        {
            var intake = await workspace.LookAsync(options.ModelRevision, options.TimeProvider, cancellationToken);
            var record = await workspace.Output.ClaimAsync(intake.Record, workspace.Job.Spec.Output.Mode, cancellationToken);
            var finished = await workspace.FinishedAsync(record, cancellationToken);
            if (finished is not null)
                await workspace.Output.SweepWorkAsync(cancellationToken);
            return new JobClaim(
                record.JobId,
                record.Fingerprint,
                intake.ModelRevision,
                ModelSources.Pin(workspace.Job.Spec.Model.Source, intake.ModelRevision),
                Math.Max(1, intake.Files.Count),
                finished);
        },
        cancellationToken);

    /// <summary>Looks at every row of one input file.</summary>
    /// <param name="file">Index of the file, 0 for items.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<FilePlan> PlanFileAsync(int file, CancellationToken cancellationToken) =>
        JobErrors.GuardAsync(() => planning.PlanFileAsync(file, cancellationToken), cancellationToken);

    /// <summary>Looks at every row of several input files at once. Of those that cannot be planned, the first one's failure counts.</summary>
    /// <param name="first">Index of the first file.</param>
    /// <param name="count">How many; all are read at the same time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task PlanFilesAsync(int first, int count, CancellationToken cancellationToken) => JobErrors.GuardAsync(
        async () =>
        {
            await planning.PlanFilesAsync(first, count, cancellationToken);
            return count;
        },
        cancellationToken);

    /// <summary>Writes the plan, once every file was looked at.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<JobPlan> CompletePlanAsync(CancellationToken cancellationToken) =>
        JobErrors.GuardAsync(() => planning.CompleteAsync(cancellationToken), cancellationToken);

    /// <summary>The shards of a range whose part is there.</summary>
    /// <param name="firstShard">The first.</param>
    /// <param name="count">How many to look at.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<IReadOnlyList<DoneShard>> FindDoneAsync(int firstShard, int count, CancellationToken cancellationToken) =>
        JobErrors.GuardAsync(() => closing.FindDoneAsync(firstShard, count, cancellationToken), cancellationToken);

    /// <summary>Measures the parts of a group, all of which are there, for the manifest.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="firstShard">Its first shard.</param>
    /// <param name="count">Its shards.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<SealedGroup> SealGroupAsync(int group, int firstShard, int count, CancellationToken cancellationToken) =>
        JobErrors.GuardAsync(() => closing.SealAsync(group, firstShard, count, cancellationToken), cancellationToken);

    /// <summary>Gives the shards of a range that have no part one whose rows all have the same error. No later writer changes that.</summary>
    /// <param name="firstShard">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="errorCode"><see cref="ErrorCodes.Cancelled"/> or <see cref="ErrorCodes.Expired"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task FenceAsync(int firstShard, int count, string errorCode, CancellationToken cancellationToken) =>
        JobErrors.GuardAsync(() => closing.FenceAsync(firstShard, count, errorCode, cancellationToken), cancellationToken);

    /// <summary>
    /// Puts the sealed groups together, checks that the rows that went in came out, and writes the manifest, then <c>_SUCCESS</c> (which
    /// a job that was stopped does not get). Holds about 400 bytes a part.
    /// </summary>
    /// <param name="end">How the job ends.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<Manifest> FinishAsync(JobEnd end, CancellationToken cancellationToken)
    {
        if (end.StoppedAs is not (null or JobStatus.Cancelled or JobStatus.Expired))
            throw new ArgumentException($"a job is finished as cancelled or expired, or with all its rows; found {end.StoppedAs}", nameof(end));
        return JobErrors.GuardAsync(() => closing.FinishAsync(end, cancellationToken), cancellationToken);
    }

    /// <summary>Closes the folder.</summary>
    public ValueTask DisposeAsync()
    {
        workspace.Dispose();
        return ValueTask.CompletedTask;
    }
}
