using System.Text.Json;
using Serverless.Contracts.Specs;
using Serverless.Inference;
using Serverless.Processing.Jobs;

namespace Serverless.Processing.Tests;

/// <summary>Jobs over a scripted engine, in a folder that goes with the test.</summary>
public abstract class JobRuns : IDisposable
{
    private protected TempFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected JobSpec Spec(IEnumerable<string> items, string? output = null) => new()
    {
        Model = new ModelSpec { Source = "scripted" },
        Input = new InputSpec { Items = [.. items.Select(item => JsonSerializer.SerializeToElement(item))] },
        Preprocess = new PreprocessSpec { Prompt = "{{ row.item }}" },
        Output = new OutputSpec { Uri = output ?? Folder.Sub("out") },
        BatchSize = 3,
    };

    private protected Task<JobResult> Run(ScriptedEngine engine, IEnumerable<string> items) => Run(engine, Spec(items));

    private protected static Task<JobResult> Run(ScriptedEngine engine, JobSpec spec) => Runner(engine).RunAsync(spec);

    private protected static JobRunner Runner(ScriptedEngine engine) => new(Options(engine));

    private protected static Task<JobResult> Execute(JobSpec spec, ScriptedEngine engine, Func<Storage.Blobs.BlobUri, Storage.Blobs.IBlobStore> store) =>
        new JobRunner(Options(engine)) { OpenOutput = store }.RunAsync(spec);

    static JobRunnerOptions Options(ScriptedEngine engine) => new()
    {
        LoadEngine = (_, _) => Task.FromResult<IGenerationEngine>(engine),
        ModelRevision = (_, _) => Task.FromResult("r1"),
    };

    protected sealed class Reports(Action<JobProgress> report) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => report(value);
    }
}
