using System.Security.Cryptography;
using System.Text;
using Serverless.Contracts.Errors;
using Serverless.Inference;

namespace Serverless.Processing;

/// <summary>This product's own engine, over a local model folder.</summary>
internal static class LocalEngine
{
    public static async Task<IGenerationEngine> LoadAsync(EngineOptions options, CancellationToken cancellationToken) =>
        await LlmEngine.LoadAsync(options, cancellationToken: cancellationToken);

    /// <summary>SHA-256 over names and sizes of the folder's files and the content of all but the weights, whose times of writing stand for them.</summary>
    public static async Task<string> RevisionAsync(string modelSource, CancellationToken cancellationToken)
    {
        var folder = new DirectoryInfo(modelSource);
        if (!folder.Exists)
            throw new JobException(ErrorCodes.Model, $"model.source: there is no folder {folder.FullName}");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in folder.GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            var isWeights = file.Extension is ".safetensors";
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name}\0{file.Length}\0{(isWeights ? file.LastWriteTimeUtc.Ticks : 0)}\0"));
            if (!isWeights)
                hash.AppendData(await File.ReadAllBytesAsync(file.FullName, cancellationToken));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
