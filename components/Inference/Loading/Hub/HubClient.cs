namespace Serverless.Inference.Loading.Hub;

/// <summary>A revision of a model in the cache.</summary>
/// <param name="Folder">A model folder; it belongs to the cache and must not be changed.</param>
/// <param name="Commit">The commit that the revision meant.</param>
public sealed record HubSnapshot(string Folder, string Commit);

/// <summary>
/// Downloads what the engine needs of a model (configuration, tokenizer, chat template, safetensors) from Hugging Face or any hub that
/// speaks its protocol, into a cache that other processes and Hugging Face's own tools may share. Thread-safe.
/// </summary>
public sealed class HubClient : IDisposable
{
    /// <summary>Shards that are downloaded at once.</summary>
    private const int ParallelShards = 4;

    private readonly HubOptions options;
    private readonly TimeProvider time;
    private readonly HubHttp http;

    /// <summary>Creates a client.</summary>
    /// <param name="options">Which hub, which cache. Default: as the environment says.</param>
    /// <param name="time">The clock of retries. Default: the system's.</param>
    public HubClient(HubOptions? options = null, TimeProvider? time = null)
    {
        this.options = options ?? HubOptions.FromEnvironment();
        this.time = time ?? TimeProvider.System;
        http = new HubHttp(this.options, this.time);
    }

    /// <summary>
    /// Brings a model into the cache. A commit that is there already needs no network; a branch or tag is looked up each time, unless
    /// <see cref="HubOptions.Offline"/>.
    /// </summary>
    /// <param name="model">Which model and revision.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it; what arrived is kept and the next call goes on there.</param>
    /// <exception cref="InferenceException">
    /// <see cref="InferenceErrorCodes.ModelAccess"/>: access is denied. <see cref="InferenceErrorCodes.ModelDownload"/>: there is no such model
    /// or revision, the hub cannot be reached,
    /// or the cache cannot be written; the message says what to do. <see cref="InferenceErrorCodes.ModelFile"/>: it has no safetensors.
    /// </exception>
    public async Task<HubSnapshot> GetAsync(HubReference model, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var cache = new HubCache(options.CacheFolder, model);
        if ((options.Offline || model.IsCommit) && cache.KnownCommit(model) is { } known && HubFiles.IsComplete(cache.Snapshot(known)))
            return new HubSnapshot(cache.Snapshot(known), known);
        if (options.Offline)
        {
            throw ModelErrors.Download(
                $"HF_HUB_OFFLINE is set, and {options.CacheFolder} holds no whole copy of {model}. Unset it, or set HF_HUB_CACHE to a cache that does.");
        }

        var listing = await HubListing.GetAsync(http, model, new HubRetry(model, options, time), cancellationToken);
        try
        {
            await DownloadAsync(cache, model, listing, progress, cancellationToken);
            cache.Remember(model, listing.Commit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ModelErrors.Download($"{model} cannot be written to {options.CacheFolder}: {e.Message} HF_HUB_CACHE names another folder.", e);
        }

        return new HubSnapshot(cache.Snapshot(listing.Commit), listing.Commit);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    /// <summary>Weights come last: a folder that has all of them has everything.</summary>
    private async Task DownloadAsync(HubCache cache, HubReference model, HubListing listing, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        var download = new HubDownload(http, cache, model, options, time);
        var totals = new DownloadTotals(progress);
        IReadOnlyList<string> weights = [HubFiles.SingleWeights];
        var small = await DescribeAsync(model, listing, [.. listing.Files.Where(HubFiles.IsSmall)], cancellationToken);
        foreach (var file in totals.Expect(small)) await download.RunAsync(listing.Commit, file, totals.Of(file), cancellationToken);

        if (!listing.Files.Contains(HubFiles.SingleWeights))
        {
            var index = await DescribeAsync(model, listing, [WeightIndex.FileName], cancellationToken);
            foreach (var file in totals.Expect(index)) await download.RunAsync(listing.Commit, file, totals.Of(file), cancellationToken);
            weights = WeightIndex.Shards(Path.Combine(cache.Snapshot(listing.Commit), WeightIndex.FileName));
        }

        var shards = totals.Expect(await DescribeAsync(model, listing, weights, cancellationToken));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ParallelShards, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(shards, parallel, async (file, token) => await download.RunAsync(listing.Commit, file, totals.Of(file), token));
    }

    private async Task<IReadOnlyList<HubFile>> DescribeAsync(HubReference model, HubListing listing, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var files = new List<HubFile>(names.Count);
        foreach (string name in names)
        {
            var address = http.Address($"{model.Repository}/resolve/{listing.Commit}/{Uri.EscapeDataString(name)}");
            var retry = new HubRetry(model, options, time);
            files.Add(await retry.RunAsync(
                async () =>
                {
                    using var response = await http.SendAsync(model, HttpMethod.Head, address, from: 0, cancellationToken);
                    return HubFile.Describe(name, address, response);
                },
                cancellationToken));
        }

        return files;
    }
}
