using Serverless.Storage.Blobs;

namespace Serverless.Conformance.Tests.Blobs;

public sealed class LocalBlobStoreSuite : BlobStoreSuite
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("blobs-");

    public LocalBlobStoreSuite() => Store = new LocalBlobStore(Path.Combine(folder.FullName, "root"));

    protected override IBlobStore Store { get; }

    public override void Dispose()
    {
        Store.Dispose();
        folder.Delete(recursive: true);
    }
}
