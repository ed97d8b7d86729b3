using Serverless.Inference;
using Serverless.Processing.Datasets;
using Serverless.Processing.Rows;

namespace Serverless.Processing;

/// <summary>
/// Runs a model over rows. Holds the engine, which is loaded when the first row needs it and serves every dataset that is processed
/// until the processor is disposed of.
/// <code>
/// await using var processor = LlmProcessor.Build(new LlmProcessorConfig("samples/models/haiku-tiny"),
///     preprocess: row => new Prompt { Messages = [new("user", row.GetString("item"))], SamplingParams = new() { MaxTokens = 250 } },
///     postprocess: row => row.Select("item").With("answer", row["generated_text"]));
/// await processor.Process(Dataset.FromItems("An old silent pond...")).WriteParquetAsync("local:///tmp/data/");
/// </code>
/// </summary>
public sealed class LlmProcessor : IAsyncDisposable
{
    readonly SemaphoreSlim loading = new(1);
    IGenerationEngine? engine;

    LlmProcessor(LlmProcessorConfig config, DelegateProgram program) => (Config, Program) = (config, program);

    /// <summary>What it was built with.</summary>
    public LlmProcessorConfig Config { get; }

    internal DelegateProgram Program { get; }

    /// <summary>Builds a processor. Nothing is loaded yet.</summary>
    /// <param name="config">Which model, and how to run it.</param>
    /// <param name="preprocess">Makes a row's prompt from its columns. Called from several threads.</param>
    /// <param name="postprocess">
    /// Makes the row that comes out from input and engine columns (<c>generated_text</c>, <c>num_input_tokens</c>, ...). What it returns is
    /// the output, and <c>row_index</c> and <c>error</c> are added. Rows with an error do not pass it. Default: the row as it is.
    /// </param>
    public static LlmProcessor Build(LlmProcessorConfig config, Func<Row, Prompt> preprocess, Func<Row, Row>? postprocess = null)
    {
        if (config.BatchSize < 1 || config.MaxConcurrentBatches < 1 || config.MaxAttempts < 1)
        {
            throw new ArgumentException(
                $"BatchSize, MaxConcurrentBatches and MaxAttempts are at least 1; found {config.BatchSize}, {config.MaxConcurrentBatches}, {config.MaxAttempts}",
                nameof(config));
        }

        return new LlmProcessor(config, new DelegateProgram(preprocess, postprocess));
    }

    /// <summary>The dataset with answers. Nothing happens before it is enumerated or written.</summary>
    /// <param name="dataset">The rows.</param>
    public ProcessedDataset Process(Dataset dataset) => new(this, dataset);

    /// <summary>Ends the engine, if it was loaded.</summary>
    public async ValueTask DisposeAsync()
    {
        if (engine is not null)
            await engine.DisposeAsync();
        loading.Dispose();
    }

    internal async Task<IGenerationEngine> GetEngineAsync(CancellationToken cancellationToken)
    {
        await loading.WaitAsync(cancellationToken);
        try
        {
            return engine ??= await Config.LoadEngine(Config.EngineOptions with { ModelSource = Config.ModelSource }, cancellationToken);
        }
        finally
        {
            loading.Release();
        }
    }
}
