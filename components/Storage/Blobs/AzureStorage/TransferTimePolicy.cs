using Azure.Core;
using Azure.Core.Pipeline;

namespace Serverless.Storage.Blobs.AzureStorage;

/// <summary>Gives a request that carries a large body the time to send it: the client's limit of 100 s holds for the whole of a request.</summary>
internal sealed class TransferTimePolicy : HttpPipelineSynchronousPolicy
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(100);
    private const double SlowestBytesPerSecond = 1 << 20;

    public override void OnSendingRequest(HttpMessage message)
    {
        if (message.Request.Content is { } content && content.TryComputeLength(out var bytes))
            message.NetworkTimeout = Least + TimeSpan.FromSeconds(bytes / SlowestBytesPerSecond);
    }
}
