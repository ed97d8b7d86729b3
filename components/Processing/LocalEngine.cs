using Serverless.Inference;
using Serverless.Inference.Loading;

namespace Serverless.Processing;

/// <summary>This product's own engine, over a folder or a model of the hub.</summary>
internal static class LocalEngine
{
    public static async Task<IGenerationEngine> LoadAsync(EngineOptions options, CancellationToken cancellationToken)
    {
        var model = await ModelSource.ResolveAsync(options.ModelSource, cancellationToken: cancellationToken);
        return await LlmEngine.LoadAsync(options with { ModelSource = model.Folder }, cancellationToken: cancellationToken);
    }

    public static async Task<string> RevisionAsync(string modelSource, CancellationToken cancellationToken) =>
        (await ModelSource.ResolveAsync(modelSource, cancellationToken: cancellationToken)).Revision;
}
