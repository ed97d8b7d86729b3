using System.Net;
using System.Security.Cryptography;

namespace Serverless.Inference.Loading.Hub;

/// <summary>Brings one file into the cache: goes on where an earlier attempt stopped, checks size and SHA-256, then gives it its name.</summary>
internal sealed class HubDownload(HubHttp http, HubCache cache, HubReference model, HubOptions options, TimeProvider time)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Downloads unless the content is there already.</summary>
    /// <param name="commit">The commit that the file is of.</param>
    /// <param name="file">The file.</param>
    /// <param name="arrived">Told how many bytes of the file are here (fewer than before if it had to start over).</param>
    /// <param name="cancellationToken">Ends it; what arrived is kept.</param>
    public async Task RunAsync(string commit, HubFile file, Action<long> arrived, CancellationToken cancellationToken)
    {
        string published = Path.Combine(cache.Snapshot(commit), file.Name);
        if (!IsWhole(published, file))
        {
            using var exclusive = await cache.LockAsync(file, time, cancellationToken);
            if (!IsWhole(cache.Blob(file), file) && !IsWhole(published, file)) await FetchAsync(commit, file, arrived, cancellationToken);
            if (!IsWhole(published, file)) cache.Publish(commit, file);
        }

        arrived(file.Size);
    }

    private static bool IsWhole(string path, HubFile file)
    {
        // A link tells its own length, not that of what it points to.
        var info = new FileInfo(path);
        var target = info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
        return target is { Exists: true } && target.Length == file.Size;
    }

    private async Task FetchAsync(string commit, HubFile file, Action<long> arrived, CancellationToken cancellationToken)
    {
        string partial = cache.Partial(file);
        Directory.CreateDirectory(Path.GetDirectoryName(partial)!);
        var address = http.Address($"{model.Repository}/resolve/{commit}/{Uri.EscapeDataString(file.Name)}");
        var retry = new HubRetry(model, options, time);
        await retry.RunAsync(
            async () =>
            {
                await AppendAsync(address, partial, file, retry, arrived, cancellationToken);
                await VerifyAsync(partial, file, cancellationToken);
                return true;
            },
            cancellationToken);
        File.Move(partial, cache.Blob(file), overwrite: true);
    }

    private async Task AppendAsync(Uri address, string partial, HubFile file, HubRetry retry, Action<long> arrived, CancellationToken cancellationToken)
    {
        await using var output = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (output.Length > file.Size) output.SetLength(0);
        if (output.Length == file.Size) return;

        using var response = await http.SendAsync(model, HttpMethod.Get, address, output.Length, cancellationToken);
        bool continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == output.Length;
        if (!continues) output.SetLength(0);
        if (!continues && response.StatusCode != HttpStatusCode.OK)
            throw new HubTransientException($"{address} does not continue a download where it stopped (status {(int)response.StatusCode}).");

        output.Position = output.Length;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[BufferSize];
        long sinceReport = 0;
        while (await http.ReadAsync(body, buffer, cancellationToken) is > 0 and var count)
        {
            await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            retry.Progressed(output.Length);
            sinceReport += count;
            if (sinceReport < BufferSize) continue;
            arrived(output.Length);
            sinceReport = 0;
        }

        if (output.Length < file.Size) throw new HubTransientException($"{file.Name} ended after {output.Length} of {file.Size} bytes.");
        output.Flush(flushToDisk: true);
    }

    /// <summary>Content that is not what the hub announced is thrown away and fetched again.</summary>
    private static async Task VerifyAsync(string partial, HubFile file, CancellationToken cancellationToken)
    {
        string? problem = null;
        await using (var content = new FileStream(partial, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, useAsync: false))
        {
            if (content.Length != file.Size)
            {
                problem = $"{file.Name}: expected {file.Size} bytes, found {content.Length}.";
            }
            else if (file.Sha256 is { } expected)
            {
                string found = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
                if (found != expected) problem = $"{file.Name}: expected SHA-256 {expected}, found {found}.";
            }
        }

        if (problem is null) return;
        File.Delete(partial);
        throw new HubTransientException(problem);
    }
}
