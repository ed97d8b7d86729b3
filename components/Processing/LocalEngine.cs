using Microsoft.Extensions.Logging;
using Serverless.Inference;
using Serverless.Inference.Loading;
using Serverless.Inference.Loading.Hub;

namespace Serverless.Processing;

/// <summary>This product's own engine, over a folder or a model of the hub.</summary>
public static class LocalEngine
{
    /// <summary>A loader whose engines log, instead of the default one, whose engines do not.</summary>
    /// <param name="loggers">Where they log.</param>
    public static EngineLoader LoggingTo(ILoggerFactory loggers) => (options, cancellationToken) => LoadAsync(options, loggers, cancellationToken);

    /// <summary>As the default <see cref="ModelRevision"/>, which downloads a hub's model first if it is not here yet, and tells how far that is.</summary>
    /// <param name="progress">Told about once a megabyte.</param>
    public static ModelRevision ReportingTo(IProgress<DownloadProgress> progress) =>
        async (modelSource, cancellationToken) => (await ModelSource.ResolveAsync(modelSource, progress: progress, cancellationToken: cancellationToken)).Revision;

    /// <summary>The default loader, whose engines do not log.</summary>
    public static EngineLoader Default => LoadAsync;

    internal static Task<IGenerationEngine> LoadAsync(EngineOptions options, CancellationToken cancellationToken) => LoadAsync(options, null, cancellationToken);

    internal static async Task<string> RevisionAsync(string modelSource, CancellationToken cancellationToken) =>
        (await ModelSource.ResolveAsync(modelSource, cancellationToken: cancellationToken)).Revision;

    static async Task<IGenerationEngine> LoadAsync(EngineOptions options, ILoggerFactory? loggers, CancellationToken cancellationToken) =>
        await LlmEngine.LoadAsync(options, loggers, cancellationToken: cancellationToken);
}
