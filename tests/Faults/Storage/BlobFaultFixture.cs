using Azure.Storage.Blobs;
using Serverless.Faults.Tests.Jobs;
using Serverless.Tests.Servers;

namespace Serverless.Faults.Tests.Storage;

/// <summary>A job service whose jobs lie in an emulated account, which it reaches through a proxy.</summary>
public sealed class BlobFaultFixture : IAsyncLifetime
{
    private readonly AzuriteBlobs _azurite = new();
    private JobRig? _rig;
    private BlobProxy? _proxy;

    internal JobRig Rig => _rig!;

    internal BlobProxy Proxy => _proxy!;

    public async ValueTask InitializeAsync()
    {
        await _azurite.InitializeAsync();
        _proxy = await BlobProxy.StartAsync(new Uri(_azurite.Endpoint));
        var account = $"DefaultEndpointsProtocol=http;AccountName={Azurite.Account};AccountKey={Azurite.Key};BlobEndpoint={_proxy.Address}{Azurite.Account};";
        _rig = await JobRig.StartAsync(rowTime: 2, settings: new Dictionary<string, string> { ["AZURE_STORAGE_CONNECTION_STRING"] = account });
    }

    public async ValueTask DisposeAsync()
    {
        if (_rig is not null)
        {
            await _rig.DisposeAsync();
        }

        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }

    /// <summary>A container of a test's own, past the proxy.</summary>
    public BlobContainerClient NewContainer() => new BlobServiceClient(_azurite.ConnectionString).CreateBlobContainer($"jobs-{Guid.NewGuid():N}");
}
