using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Inference.Chat;
using Serverless.Inference.Kernels;
using Serverless.Inference.Loading;
using Serverless.Inference.Models;
using Serverless.Inference.Requests;
using Serverless.Inference.Runner;
using Serverless.Inference.Tokenization;

namespace Serverless.Inference;

/// <summary>
/// A language model, loaded and running: requests of any number of callers are batched continuously on one thread of its own.
/// <code>
/// await using var engine = await LlmEngine.LoadAsync(new EngineOptions("samples/models/haiku-tiny"));
/// await foreach (var result in engine.GenerateAsync(requests)) ...
/// </code>
/// </summary>
public sealed class LlmEngine : IGenerationEngine
{
    private readonly IKernels kernels;
    private readonly IStepRunner runner;
    private readonly EngineLoop loop;
    private readonly EngineLimits limits;
    private readonly RequestPreparation preparation;
    private readonly EngineInstruments instruments;
    private readonly TimeProvider time;
    private int disposed;

    private LlmEngine(
        EngineOptions options, string revision, ModelConfig config, GenerationConfig generation, Tokenizer tokenizer, ChatTemplate? template,
        IKernels kernels, EngineLimits limits, IStepRunner runner, TimeProvider time, ILogger logger)
    {
        Revision = revision;
        Config = config;
        Tokenizer = tokenizer;
        ChatTemplate = template;
        this.kernels = kernels;
        this.limits = limits;
        this.runner = runner;
        this.time = time;
        preparation = new RequestPreparation(options, config, limits, RequestPreparation.Defaults(generation), tokenizer, template);
        loop = new EngineLoop(limits, options.EnablePrefixCaching, runner, preparation.CreateText, time, logger);
        instruments = new EngineInstruments(options.ModelSource, () => Statistics);
    }

    /// <inheritdoc/>
    public int MaxNumSeqs => limits.MaxSequences;

    /// <summary>Which model exactly: the hub's commit, or a hash of what the folder holds.</summary>
    public string Revision { get; }

    /// <summary>The model.</summary>
    public ModelConfig Config { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>How it wants conversations written; null if the model has no template and none was given.</summary>
    public ChatTemplate? ChatTemplate { get; }

    /// <summary>Longest prompt plus completion, in tokens.</summary>
    public int MaxModelLen => limits.MaxModelLen;

    /// <summary>What it runs on, for people.</summary>
    public string Device => kernels.Device;

    /// <summary>What it is doing and has done.</summary>
    public EngineStatistics Statistics => loop.Statistics;

    /// <summary>Loads a model and starts the engine.</summary>
    /// <param name="options">Which model, and how to run it.</param>
    /// <param name="loggerFactory">Where it logs. Default: nowhere.</param>
    /// <param name="timeProvider">Its clock. Default: the system's.</param>
    /// <param name="cancellationToken">Ends loading.</param>
    /// <exception cref="InferenceException">The model folder or an option is wrong, or memory does not suffice.</exception>
    public static async Task<LlmEngine> LoadAsync(
        EngineOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        EngineLimits.Check(options);
        var model = await ModelSource.ResolveAsync(options.ModelSource, cancellationToken: cancellationToken);
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<LlmEngine>();
        return await Task.Run(() => Load(options, model, logger, timeProvider ?? TimeProvider.System, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public GenerationRequest Prepare(GenerationRequest request) => preparation.Prepare(request);

    /// <inheritdoc/>
    public async IAsyncEnumerable<GenerationResult> GenerateAsync(
        IAsyncEnumerable<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var call = new BatchCall(preparation, loop, time, limits.MaxOfOneCall);
        await foreach (var result in call.RunAsync(requests, cancellationToken)) yield return result;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GenerationDelta> StreamAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var call = new StreamCall(loop);
        await foreach (var delta in call.RunAsync(preparation.CreateGroup(request, call), cancellationToken)) yield return delta;
    }

    /// <summary>Ends the engine after its current step and frees its memory. Requests under way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        await loop.DisposeAsync();
        instruments.Dispose();

        // What a thread still waits in must stay; only the end of the process gives it back.
        if (loop.HasStalled) return;
        runner.Dispose();
        kernels.Dispose();
    }

    private static LlmEngine Load(EngineOptions options, ResolvedModel model, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        using var folder = ModelFolder.Open(model.Folder);
        var tokenizer = Tokenizer.Load(folder.Path);
        var template = ChatTemplate.Load(folder.Path, options.ChatTemplate, time);
        var (kernels, limits, runner) = StepRunners.Load(options, folder, cancellationToken);
        try
        {
            var engine = new LlmEngine(options, model.Revision, folder.Config, folder.Generation, tokenizer, template, kernels, limits, runner, time, logger);
            engine.loop.Start();
            engine.LogLoaded(options, logger, time.GetElapsedTime(start));
            return engine;
        }
        catch
        {
            runner.Dispose();
            kernels.Dispose();
            throw;
        }
    }

    private void LogLoaded(EngineOptions options, ILogger logger, TimeSpan elapsed)
    {
        EngineLog.Loaded(
            logger, options.ModelSource, Config.Architecture, limits.Storage.ToString(), Device, elapsed.TotalSeconds,
            limits.MaxModelLen, limits.KvShape.Blocks, limits.KvShape.BlockSize, limits.MaxSequences, limits.MaxBatchedTokens);
        if (options.MaxModelLen is null && limits.MaxModelLen < Config.MaxPositionEmbeddings)
            EngineLog.ContextCut(logger, limits.MaxModelLen, Config.MaxPositionEmbeddings);
    }
}
