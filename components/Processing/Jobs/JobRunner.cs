using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;
using Serverless.Inference;
using Serverless.Processing.Datasets;
using Serverless.Processing.Rows;
using Serverless.Processing.Templates;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>What a runner needs of its process.</summary>
public sealed record JobRunnerOptions
{
    /// <summary>How the model is loaded. Default: this product's own engine.</summary>
    public EngineLoader LoadEngine { get; init; } = LocalEngine.LoadAsync;

    /// <summary>How the model's content is named. Default: see <see cref="LlmProcessorConfig.ModelRevision"/>.</summary>
    public ModelRevision ModelRevision { get; init; } = LocalEngine.RevisionAsync;

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
        var program = TemplateProgram.Parse(spec, out var errors);
        errors = [.. JobSpecValidator.Validate(spec), .. errors];
        if (errors.Count > 0)
            throw new JobException(errors[0].Code, string.Join("\n", errors));
        var job = new JobDefinition
        {
            Spec = spec,
            Dataset = Dataset.Of(spec.Input),
            Program = program,
            EngineOptions = EngineOptionsOf(spec.Model),
            ChatTemplateKwargs = spec.Model.EngineArgs.ChatTemplateKwargs?.ToDictionary(field => field.Key, field => RowValue.FromJson(field.Value)),
            HasSamples = OutputColumns.HasSamples(spec),
        };
        var host = new JobHost(
            options.ModelRevision, async (engine, token) => new EngineLease(await options.LoadEngine(engine, token), owned: true), options.TimeProvider)
        {
            OpenOutput = OpenOutput,
        };
        return await JobResult.RunAsync(job, host, progress, cancellationToken);
    }

    static EngineOptions EngineOptionsOf(ModelSpec model) => new(model.Source)
    {
        MaxModelLen = model.EngineArgs.MaxModelLen,
        MaxNumSeqs = model.EngineArgs.MaxNumSeqs,
        Dtype = model.EngineArgs.Dtype,
        Quantization = model.EngineArgs.Quantization,
        BlockSize = model.EngineArgs.BlockSize,
        GpuMemoryUtilization = model.EngineArgs.GpuMemoryUtilization,
        KvCacheBytes = model.EngineArgs.KvCacheBytes,
        EnablePrefixCaching = model.EngineArgs.EnablePrefixCaching,
        ChatTemplate = model.EngineArgs.ChatTemplate,
        Seed = model.EngineArgs.Seed,
    };
}
