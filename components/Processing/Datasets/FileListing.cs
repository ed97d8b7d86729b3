using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.FileSystemGlobbing.Abstractions;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Datasets;

/// <summary>Which files a dataset's address means: the folder they lie under, and a pattern or name in it.</summary>
/// <param name="Root">The store's root.</param>
/// <param name="Name">One file's name; null for a folder or a glob.</param>
/// <param name="Pattern">A glob; null for a file or a folder.</param>
internal sealed record FileListing(BlobUri Root, string? Name, string? Pattern)
{
    static readonly Dictionary<string, InputFormat> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        [".parquet"] = InputFormat.Parquet,
        [".jsonl"] = InputFormat.Jsonl,
        [".ndjson"] = InputFormat.Jsonl,
        [".csv"] = InputFormat.Csv,
        [".tsv"] = InputFormat.Csv,
        [".tab"] = InputFormat.Csv,
    };

    /// <summary>The format of a file by its name; Auto if the name does not say.</summary>
    public static InputFormat FormatOf(string name) => Extensions.GetValueOrDefault(Path.GetExtension(name), InputFormat.Auto);

    /// <summary>The files in ordinal order of their names.</summary>
    public async Task<IReadOnlyList<InputFileRecord>> ListAsync(IBlobStore store, InputFormat format, CancellationToken cancellationToken)
    {
        if (Name is not null)
        {
            return await store.GetInfoAsync(Name, cancellationToken) is { } one
                ? [ToRecord(one)]
                : throw new JobException(ErrorCodes.InvalidInput, $"input: there is no file {Root.Below(Name)}");
        }

        List<InputFileRecord> files = [];
        if (Pattern is not null && !Root.IsLocal)
        {
            var matcher = new Matcher(StringComparison.Ordinal).AddInclude(Pattern);
            await foreach (var blob in store.ListAsync(Pattern[..Pattern.IndexOf('*', StringComparison.Ordinal)], cancellationToken))
            {
                if (matcher.Match(blob.Name).HasMatches)
                    files.Add(ToRecord(blob));
            }
        }
        else if (Pattern is not null)
        {
            // Walks only folders that the pattern can lead into: "*.jsonl" in a home folder is no tour of everything below it.
            foreach (var match in new Matcher(StringComparison.Ordinal).AddInclude(Pattern).Execute(new DirectoryInfoWrapper(new DirectoryInfo(Root.Path))).Files)
            {
                files.Add(await store.GetInfoAsync(match.Path, cancellationToken) is { } one
                    ? ToRecord(one)
                    : throw new JobException(ErrorCodes.InvalidInput, $"input: {Root.Below(match.Path)} matches {Pattern} and is no file; is it a link to nothing?"));
            }
        }
        else
        {
            await foreach (var blob in store.ListAsync(cancellation: cancellationToken))
            {
                if (!IsHidden(blob.Name) && Holds(blob.Name, format))
                    files.Add(ToRecord(blob));
            }
        }

        if (files.Count == 0)
            throw new JobException(ErrorCodes.InvalidInput, $"input: no file in {Root} {(Pattern is null ? $"has one of the endings {string.Join(", ", Extensions.Keys)}" : $"matches {Pattern}")}");
        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return files;
    }

    /// <summary>Whether a file of this place would be listed.</summary>
    public bool Covers(BlobUri file, InputFormat format)
    {
        if (Name is not null)
            return file == Root.Below(Name);
        var folder = Root.Below("").Path;
        if (file.Container != Root.Container || !file.Path.StartsWith(folder, StringComparison.Ordinal))
            return false;
        var name = file.Path[folder.Length..];
        return Pattern is null ? !IsHidden(name) && Holds(name, format) : new Matcher(StringComparison.Ordinal).AddInclude(Pattern).Match(name).HasMatches;
    }

    // What Spark and Hive leave out too: commit marks, plans, temporary files.
    static bool IsHidden(string name) => name.Split('/').Any(segment => segment.StartsWith('_') || segment.StartsWith('.'));

    static bool Holds(string name, InputFormat format) =>
        FormatOf(name) is var known && (format == InputFormat.Auto ? known != InputFormat.Auto : known == (format == InputFormat.OpenAIBatch ? InputFormat.Jsonl : format));

    static InputFileRecord ToRecord(BlobInfo blob) => new(blob.Name, blob.Size, blob.ETag);
}
