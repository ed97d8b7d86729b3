using Serverless.Inference.Loading;
using Serverless.Inference.Loading.Hub;

namespace Serverless.Processing.Models;

/// <summary>Model sources of every kind: folders, <c>hf://org/name[@revision]</c>, <c>az://container/path</c>.</summary>
internal static class ModelSources
{
    /// <summary>The folder of a model, downloaded first if it is not on this machine.</summary>
    public static async Task<ResolvedModel> ResolveAsync(string source, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        if (!AzureModel.Is(source))
            return await ModelSource.ResolveAsync(source, progress: progress, cancellationToken: cancellationToken);
        var (folder, revision) = await new AzureModelCache().GetAsync(AzureModel.Parse(source), progress, cancellationToken);
        return new ResolvedModel(folder, revision);
    }

    /// <summary>What names the model's content; of Azure without downloading it.</summary>
    public static async Task<string> RevisionAsync(string source, CancellationToken cancellationToken)
    {
        if (!AzureModel.Is(source))
            return (await ModelSource.ResolveAsync(source, cancellationToken: cancellationToken)).Revision;
        var model = AzureModel.Parse(source);
        using var store = model.Folder.OpenFolder();
        return (await model.ListAsync(store, cancellationToken)).Revision;
    }

    /// <summary>The source of exactly this revision.</summary>
    public static string Pin(string source, string revision) => AzureModel.Is(source) ? AzureModel.Parse(source).Pin(revision) : ModelSource.Pin(source, revision);
}
