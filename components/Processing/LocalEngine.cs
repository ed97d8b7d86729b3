using Microsoft.Extensions.Logging;
using Serverless.Inference;
using Serverless.Inference.Loading.Hub;
using Serverless.Processing.Models;

namespace Serverless.Processing;

/// <summary>This product's own engine, over a folder, a model of the hub, or a folder in Azure Blob Storage.</summary>
public static class LocalEngine
{
    /// <summary>A loader whose engines log, instead of the default one, whose engines do not.</summary>
    /// <param name="loggers">Where they log.</param>
    public static EngineLoader LoggingTo(ILoggerFactory loggers) => (options, cancellationToken) => LoadAsync(options, loggers, cancellationToken);

    /// <summary>As the default <see cref="ModelRevision"/>, which downloads a hub's model first if it is not here yet, and tells how far that is.</summary>
    /// <param name="progress">Told about once a megabyte.</param>
    public static ModelRevision ReportingTo(IProgress<DownloadProgress> progress) =>
        async (modelSource, cancellationToken) => (await ModelSources.ResolveAsync(modelSource, progress, cancellationToken)).Revision;

    /// <summary>The default loader, whose engines do not log.</summary>
    public static EngineLoader Default => LoadAsync;

    internal static Task<IGenerationEngine> LoadAsync(EngineOptions options, CancellationToken cancellationToken) => LoadAsync(options, null, cancellationToken);

    internal static Task<string> RevisionAsync(string modelSource, CancellationToken cancellationToken) => ModelSources.RevisionAsync(modelSource, cancellationToken);

    static async Task<IGenerationEngine> LoadAsync(EngineOptions options, ILoggerFactory? loggers, CancellationToken cancellationToken) =>
        await LlmEngine.LoadAsync(await OnThisMachineAsync(options, cancellationToken), loggers, cancellationToken: cancellationToken);

    /// <summary>The engine knows folders and hubs only.</summary>
    static async Task<EngineOptions> OnThisMachineAsync(EngineOptions options, CancellationToken cancellationToken) => AzureModel.Is(options.ModelSource)
        ? options with { ModelSource = (await ModelSources.ResolveAsync(options.ModelSource, progress: null, cancellationToken)).Folder }
        : options;
}
