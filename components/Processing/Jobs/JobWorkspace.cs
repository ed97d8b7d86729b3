using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Processing.Output;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>A job over its output folder: what a run in one process and the steps of many share.</summary>
internal sealed class JobWorkspace : IDisposable
{
    const string AnyPart = "part-0000000.parquet";

    readonly IBlobStore store;

    JobWorkspace(JobDefinition job, BlobUri location, IBlobStore store)
    {
        (Job, Location, this.store) = (job, location, store);
        Output = new OutputFolder(store, location.ToString());
        EngineColumns = new EngineColumns(job.Spec.Output.Include, job.HasSamples);
        Planner = new Planner(job, Output, EngineColumns);
    }

    public JobDefinition Job { get; }

    public BlobUri Location { get; }

    public OutputFolder Output { get; }

    public EngineColumns EngineColumns { get; }

    public Planner Planner { get; }

    /// <exception cref="JobException">The output folder cannot be one.</exception>
    public static JobWorkspace Open(JobDefinition job, Func<BlobUri, IBlobStore> openOutput)
    {
        var location = LocationOf(job.Spec.Output.Uri);
        try
        {
            return new JobWorkspace(job, location, openOutput(location));
        }
        catch (BlobException e)
        {
            throw JobErrors.Classify(e);
        }
    }

    /// <summary>Looks at files and model: whose folder it would be, and over which content.</summary>
    public async Task<JobIntake> LookAsync(ModelRevision modelRevision, TimeProvider time, CancellationToken cancellationToken)
    {
        // Parts that lie inside the input would be rows of the next run.
        if (await Job.Dataset.Source.CoversAsync(Location.Below(AnyPart), cancellationToken))
        {
            throw new JobException(ErrorCodes.InvalidSpec,
                $"output.uri: {Location} lies inside the input {Job.Spec.Input.Uri}, so its parts would be rows of the next run; choose a folder outside");
        }

        var model = Job.Spec.Model;
        var revision = model.Engine == EngineKind.OpenAI ? RemoteEngine.RevisionOf(model) : await modelRevision(model.Source, cancellationToken);
        var files = await Job.Dataset.Source.ListAsync(cancellationToken);
        var identity = Job.Identity(files, revision);
        var now = time.GetUtcNow();
        var record = new JobRecord
        {
            JobId = Job.Spec.Id ?? JobId.Create(now),
            Name = Job.Spec.Name,
            Fingerprint = CanonicalJson.Fingerprint(identity),
            CreatedAt = now,
            Identity = identity,
        };
        return new JobIntake(record, files, revision);
    }

    /// <summary>The manifest of a finished job whose parts are all still there; null if the job is not finished.</summary>
    public async Task<Manifest?> FinishedAsync(JobRecord record, CancellationToken cancellationToken)
    {
        if (await Output.ReadAsync<Manifest>(Manifest.FileName, cancellationToken) is not { } manifest)
            return null;

        // A job that was stopped has a manifest and no mark of success; one that was not is finished with its mark.
        if (JobTransitions.HasAllRows(manifest.Status) && !await Output.ExistsAsync(Manifest.SuccessFileName, cancellationToken))
            return null;
        await Output.CheckCompleteAsync(manifest, record, cancellationToken);
        return manifest;
    }

    public void Dispose() => store.Dispose();

    static BlobUri LocationOf(string uri)
    {
        try
        {
            var output = BlobUri.Parse(uri);
            for (var path = output.IsLocal ? output.Path : null; path is not null; path = Path.GetDirectoryName(path))
            {
                if (File.Exists(path))
                    throw new JobException(ErrorCodes.InvalidSpec, $"output.uri: expected a folder, but {path} is a file");
            }

            return output;
        }
        catch (FormatException e)
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"output.uri: {e.Message}", e);
        }
    }
}

/// <summary>What a job is before it has its folder.</summary>
/// <param name="Record">Whose folder it would be.</param>
/// <param name="Files">The input files as they are.</param>
/// <param name="ModelRevision">The model's content.</param>
internal sealed record JobIntake(JobRecord Record, IReadOnlyList<InputFileRecord> Files, string ModelRevision);
