using Azure.Storage.Blobs;
using Serverless.Storage.Blobs;
using Serverless.Storage.Blobs.AzureStorage;
using Serverless.Tests.Servers;

namespace Serverless.Conformance.Tests.Blobs;

/// <summary>Azure Blob Storage, emulated; a container for each test, in which the store has a folder.</summary>
public sealed class AzureBlobStoreSuite : BlobStoreSuite, IClassFixture<AzuriteBlobs>
{
    private readonly BlobContainerClient container;

    public AzureBlobStoreSuite(AzuriteBlobs azurite)
    {
        container = new BlobServiceClient(azurite.ConnectionString).CreateBlobContainer($"suite-{Guid.NewGuid():N}");
        Store = new AzureBlobStore(new AzureAccount { ConnectionString = azurite.ConnectionString }, container.Name, "a folder/of it");
    }

    protected override IBlobStore Store { get; }

    public override void Dispose()
    {
        Store.Dispose();
        container.Delete();
    }
}
