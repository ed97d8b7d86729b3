using System.Text.Json.Nodes;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Processing.Datasets;
using Serverless.Processing.Jobs;
using Serverless.Processing.Output;
using Serverless.Processing.Pipeline;
using Serverless.Processing.Rows;

namespace Serverless.Processing;

/// <summary>
/// A dataset with answers, evaluated when it is asked for: <c>await foreach</c> streams the rows in the order of the input, holding a
/// window of them; <see cref="WriteParquetAsync"/> writes them as a job whose parts exist exactly once and which resumes.
/// </summary>
public sealed class ProcessedDataset : IAsyncEnumerable<Row>
{
    readonly LlmProcessor processor;
    readonly Dataset dataset;
    readonly EngineColumns engineColumns;

    internal ProcessedDataset(LlmProcessor processor, Dataset dataset)
    {
        (this.processor, this.dataset) = (processor, dataset);
        engineColumns = new EngineColumns(Config.Include, Config.MultipleSamples);
    }

    LlmProcessorConfig Config => processor.Config;

    /// <summary>Writes the rows as Parquet parts with a manifest. Running the same program over the same input again goes on where it
    /// stopped; a finished one gives its result.</summary>
    /// <param name="uri">A folder: a path, <c>local:///...</c> or <c>file:///...</c>.</param>
    /// <param name="progress">Told how far it is. Default: nobody.</param>
    /// <param name="mode">What happens when the folder holds something else. Default: error_if_exists.</param>
    /// <param name="cancellationToken">Stops at the next step; finished parts stay.</param>
    /// <exception cref="JobException">The job cannot go on; the message says why.</exception>
    public async Task<JobResult> WriteParquetAsync(
        string uri, IProgress<JobProgress>? progress = null, OutputMode mode = OutputMode.ErrorIfExists, CancellationToken cancellationToken = default)
    {
        var job = new JobDefinition
        {
            Spec = Spec(uri, mode),
            Dataset = dataset,
            Program = processor.Program,
            ProgramIdentity = Config.ProgramVersion is { } version ? JsonValue.Create(version) : processor.Program.Identity,
            EngineOptions = Config.EngineOptions,
            ChatTemplateKwargs = Config.ChatTemplateKwargs,
            HasSamples = Config.MultipleSamples,
        };
        var host = new JobHost(Config.ModelRevision, async (_, token) => new EngineLease(await processor.GetEngineAsync(token), owned: false), TimeProvider.System);
        return await JobResult.RunAsync(job, host, progress, cancellationToken);
    }

    /// <summary>Streams the rows in the order of the input. A row that failed has its <c>error</c> set.</summary>
    /// <param name="cancellationToken">Stops at the next row.</param>
    /// <exception cref="JobException">A row failed and the config says <c>OnRowError.Fail</c>.</exception>
    public async IAsyncEnumerator<Row> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var engine = await processor.GetEngineAsync(cancellationToken);
        await using var pipeline = new GenerationPipeline(engine, processor.Program, new PipelineOptions
        {
            HasSamples = Config.MultipleSamples,
            ChatTemplateKwargs = Config.ChatTemplateKwargs,
        });
        var projector = new RowProjector(processor.Program, engineColumns);
        var feed = new RowFeed(pipeline, Config.BatchSize * Config.MaxConcurrentBatches);
        var reading = feed.ReadAsync(Rows(stop.Token), position => position, stop.Token);
        try
        {
            await foreach (var slot in feed.Slots.ReadAllAsync(cancellationToken))
            {
                foreach (var row in projector.Project(slot, await slot.Outcome))
                    yield return Checked(slot, row);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    IAsyncEnumerable<InputRow> Rows(CancellationToken cancellationToken)
    {
        var rows = dataset.Source.StreamAsync(cancellationToken);
        return dataset.RowLimit is { } limit ? Take(rows, limit) : rows;
    }

    static async IAsyncEnumerable<InputRow> Take(IAsyncEnumerable<InputRow> rows, long limit)
    {
        await foreach (var row in rows)
        {
            yield return row;
            if (--limit == 0)
                yield break;
        }
    }

    Row Checked(RowSlot slot, OutputRow row) => row.Error is { } error && Config.OnRowError == OnRowError.Fail
        ? throw new JobException(ErrorCodes.RowFailed, $"row {slot.Index} failed in stage {error.Stage} ({error.Type}): {error.Message}")
        : row.Row;

    JobSpec Spec(string uri, OutputMode mode) => new()
    {
        Model = new ModelSpec
        {
            Source = Config.ModelSource,
            EngineArgs = new EngineArgs
            {
                MaxModelLen = Config.EngineOptions.MaxModelLen,
                MaxNumSeqs = Config.EngineOptions.MaxNumSeqs,
                Dtype = Config.EngineOptions.Dtype,
                Quantization = Config.EngineOptions.Quantization,
                BlockSize = Config.EngineOptions.BlockSize,
                KvCacheBytes = Config.EngineOptions.KvCacheBytes,
                BatchInvariant = Config.EngineOptions.BatchInvariant,
                ChatTemplate = Config.EngineOptions.ChatTemplate,
                Seed = Config.EngineOptions.Seed,
            },
        },
        Input = dataset.Input,
        Output = new OutputSpec { Uri = uri, Mode = mode, Include = Config.Include },
        BatchSize = Config.BatchSize,
        MaxConcurrentBatches = Config.MaxConcurrentBatches,
        MaxAttempts = Config.MaxAttempts,
        OnRowError = Config.OnRowError,
        MaxErrorRate = Config.MaxErrorRate,
    };
}
