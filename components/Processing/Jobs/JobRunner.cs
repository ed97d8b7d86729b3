using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Inference;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>What a runner needs of its process.</summary>
public sealed record JobRunnerOptions
{
    /// <summary>How the model is loaded. Default: this product's own engine.</summary>
    public EngineLoader LoadEngine { get; init; } = LocalEngine.LoadAsync;

    /// <summary>How the model's content is named. Default: see <see cref="LlmProcessorConfig.ModelRevision"/>.</summary>
    public ModelRevision ModelRevision { get; init; } = LocalEngine.RevisionAsync;

    /// <summary>Gives the keys of servers (<c>model.secret_ref</c>). Default: <see cref="Secrets.FromThisProcess"/>.</summary>
    public SecretSource Secrets { get; init; } = Processing.Secrets.FromThisProcess;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>
/// Runs jobs in this process, each from wherever it stopped before. All that a job leaves lies in its output folder, so any number of
/// processes may run one job, at once or after each other: every row comes out once.
/// </summary>
/// <param name="options">What it needs of its process. Default: the defaults.</param>
public sealed class JobRunner(JobRunnerOptions? options = null)
{
    readonly JobRunnerOptions options = options ?? new JobRunnerOptions();

    /// <summary>Opens output folders; a test puts another store in between.</summary>
    internal Func<BlobUri, IBlobStore> OpenOutput { get; init; } = location => location.OpenFolder();

    /// <summary>Runs a job to its end.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="progress">Told how far it is: at every change of state, and a few times a second. Default: nobody.</param>
    /// <param name="cancellationToken">Stops at the next step; finished parts stay, and the next run goes on from them.</param>
    /// <exception cref="JobException">The job cannot go on; the message says why and what to do.</exception>
    public async Task<JobResult> RunAsync(JobSpec spec, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var job = JobDefinition.Of(spec);
        var host = new JobHost(
            options.ModelRevision, async (engine, token) => new EngineLease(await OpenAsync(spec.Model, engine, token), owned: true), options.TimeProvider)
        {
            OpenOutput = OpenOutput,
        };
        return await JobResult.RunAsync(job, host, progress, cancellationToken);
    }

    Task<IGenerationEngine> OpenAsync(ModelSpec model, EngineOptions engine, CancellationToken cancellationToken) => model.Engine == EngineKind.OpenAI
        ? RemoteEngine.OpenAsync(model, options.Secrets, cancellationToken)
        : options.LoadEngine(engine, cancellationToken);
}
