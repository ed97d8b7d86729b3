using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Serverless.Contracts.Errors;
using Serverless.Inference.Loading;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Models;

/// <summary>
/// A model folder in Azure Blob Storage: <c>az://container/path</c>, pinned as <c>az://container/path@etags-...</c>. Its revision is a hash of what the account says
/// of its files (name, size, ETag), so that no byte of them is read to tell it.
/// </summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Pinned">The revision that is meant; null for whichever is there.</param>
internal sealed partial record AzureModel(BlobUri Folder, string? Pinned)
{
    private const string Scheme = "az://";

    /// <summary>Whether a model source is one.</summary>
    public static bool Is(string source) => source.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="JobException">It names no place.</exception>
    public static AzureModel Parse(string source)
    {
        var pin = PinPattern().Match(source);
        try
        {
            return new AzureModel(BlobUri.Parse(pin.Success ? source[..pin.Index] : source), pin.Success ? pin.Groups["revision"].Value : null);
        }
        catch (FormatException e)
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"model.source: {e.Message}", e);
        }
    }

    /// <summary>The source of exactly a revision.</summary>
    public string Pin(string revision) => $"{Folder.ToString().TrimEnd('/')}@{revision}";

    /// <summary>Looks which files are there. Subfolders are none of the model's.</summary>
    /// <exception cref="JobException">There is no model, or another one than was pinned.</exception>
    public async Task<AzureModelListing> ListAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        var files = new List<BlobInfo>();
        await foreach (var blob in store.ListAsync(cancellation: cancellationToken))
        {
            if (ModelSource.IsModelFile(blob.Name))
                files.Add(blob);
        }

        if (!files.Exists(file => file.Name == "config.json"))
            throw new JobException(ErrorCodes.Model, $"model.source: {Folder} holds no config.json; expected a model folder in Hugging Face layout");
        var revision = RevisionOf(files);
        return Pinned is null || Pinned == revision
            ? new AzureModelListing(revision, files)
            : throw new JobException(ErrorCodes.Model, $"model.source: the files of {Folder} were changed since the job began, and the ones it began with are not in this machine's cache; submit the job again");
    }

    private string RevisionOf(IEnumerable<BlobInfo> files)
    {
        var text = new StringBuilder(Folder.ToString().TrimEnd('/'));
        foreach (var file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"\n{file.Name}\n{file.Size}\n{file.ETag}");
        return "etags-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    [GeneratedRegex("@(?<revision>etags-[0-9a-f]{64})$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PinPattern();
}

/// <summary>What is in a model folder.</summary>
/// <param name="Revision">Names it.</param>
/// <param name="Files">Its files.</param>
internal sealed record AzureModelListing(string Revision, IReadOnlyList<BlobInfo> Files);
