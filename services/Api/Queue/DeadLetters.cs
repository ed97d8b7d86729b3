using System.Text.Json;
using Dapr.SidecarApi;
using Serverless.Contracts;
using Serverless.Jobs;
using Serverless.Storage;
using Serverless.Storage.Blobs;

namespace Serverless.Api.Queue;

/// <summary>
/// The output binding <c>job-dead-letters</c>. A message that fits goes into its letter; a larger one, or one that is no text, goes to blob storage
/// (<c>_dead-letters</c> beside the jobs' documents), and the letter names the blob.
/// </summary>
internal sealed class DeadLetters(SidecarClient sidecar, JobsOptions options, TimeProvider time)
{
    /// <summary>Name of the output binding.</summary>
    public const string Binding = "job-dead-letters";

    /// <summary>Bytes of a letter: Azure Storage takes messages of 64 KiB, after base64 where that is on.</summary>
    private const int MaxLetter = 40 << 10;

    private const int MaxReason = 4 << 10;
    private const string Folder = "_dead-letters/";

    /// <summary>Whether a place is one to which a message was put.</summary>
    public bool Hold(BlobUri place) => place.ToString().StartsWith(options.StorageRoot.Below(Folder).ToString(), StringComparison.Ordinal);

    /// <summary>Sends a message there; it is in the queue when this ends.</summary>
    /// <param name="reason">Why it can never work.</param>
    /// <param name="message">The message, or its beginning.</param>
    /// <param name="rest">What comes after the beginning. Default: nothing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task SendAsync(string reason, byte[] message, Stream? rest = null, CancellationToken cancellation = default)
    {
        var words = reason.Length > MaxReason ? $"{reason[..MaxReason]}..." : reason;
        var letter = rest is null && StrictText.Of(message) is { } text ? new DeadLetter(words, text) : null;
        if (letter is null || JsonSerializer.SerializeToUtf8Bytes(letter, JsonSerializerOptions.Web).Length > MaxLetter)
        {
            letter = new DeadLetter(words, SpecUri: await StoreAsync(message, rest, cancellation));
        }

        await sidecar.InvokeBindingAsync(Binding, "create", letter, cancellationToken: cancellation);
        Failpoints.Hit("api.queue.buried");
    }

    private async Task<string> StoreAsync(byte[] message, Stream? rest, CancellationToken cancellation)
    {
        using var store = options.StorageRoot.OpenFolder();
        using var scratch = store.CreateScratch();
        await using (var file = File.Create(scratch.Path))
        {
            await file.WriteAsync(message, cancellation);
            await (rest?.CopyToAsync(file, cancellation) ?? Task.CompletedTask);
        }

        var name = $"{Folder}{JobId.Create(time.GetUtcNow())}";
        await store.TryCreateFromFileAsync(name, scratch.Path, cancellation);
        return options.StorageRoot.Below(name).ToString();
    }
}
