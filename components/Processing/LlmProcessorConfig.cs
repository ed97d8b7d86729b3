using Serverless.Contracts.Specs;
using Serverless.Inference;

namespace Serverless.Processing;

/// <summary>Which model a processor runs, and how.</summary>
/// <param name="ModelSource">A folder in Hugging Face layout, <c>hf://org/name[@revision]</c>, or <c>az://container/path</c>.</param>
public sealed record LlmProcessorConfig(string ModelSource)
{
    /// <summary>How the engine runs the model; its model source is this config's. Default: the engine's own defaults.</summary>
    public EngineOptions EngineOptions { get; init; } = new(ModelSource);

    /// <summary>Rows of one shard, and so of one output part. Default: 256.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Shards in flight. Default: 8.</summary>
    public int MaxConcurrentBatches { get; init; } = 8;

    /// <summary>Attempts of one shard while its failures may pass. Default: 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>What a row that fails does. Default: record.</summary>
    public OnRowError OnRowError { get; init; } = OnRowError.Record;

    /// <summary>A job fails as soon as more than this share of its rows has failed, 0 .. 1. Default: no limit.</summary>
    public double? MaxErrorRate { get; init; }

    /// <summary>Optional engine columns. Default: none.</summary>
    public IReadOnlyList<OutputColumn> Include { get; init; } = [];

    /// <summary>Whether prompts may ask for several completions (<c>n</c> above 1), which adds the column <c>sample_index</c>. Default: false.</summary>
    public bool MultipleSamples { get; init; }

    /// <summary>Further variables of the chat template for every row. Default: none.</summary>
    public IReadOnlyDictionary<string, object?>? ChatTemplateKwargs { get; init; }

    /// <summary>
    /// Names the version of the preprocess and postprocess functions. A job resumes over the output of the same version. Default: the
    /// build of the program that contains the functions, so any change to it makes another job.
    /// </summary>
    public string? ProgramVersion { get; init; }

    /// <summary>How the model is loaded. Default: this product's own engine.</summary>
    public EngineLoader LoadEngine { get; init; } = LocalEngine.LoadAsync;

    /// <summary>How the model's content is named. Default: the hub's commit, or a hash of a folder's files.</summary>
    public ModelRevision ModelRevision { get; init; } = LocalEngine.RevisionAsync;
}
