using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Serverless.Storage.Blobs;
using Serverless.Storage.Blobs.AzureStorage;
using Serverless.Tests.Servers;

namespace Serverless.Storage.Tests.Blobs;

/// <summary>What is special about Azure Blob Storage; what every store promises stands in the conformance tests.</summary>
public sealed class AzureBlobStoreTests : IClassFixture<AzuriteBlobs>, IDisposable
{
    private readonly AzuriteBlobs azurite;
    private readonly BlobContainerClient container;

    public AzureBlobStoreTests(AzuriteBlobs azurite)
    {
        this.azurite = azurite;
        container = new BlobServiceClient(azurite.ConnectionString).CreateBlobContainer($"tests-{Guid.NewGuid():N}");
    }

    public void Dispose() => container.DeleteIfExists();

    [Fact]
    public async Task A_busy_service_is_asked_again()
    {
        var busy = 2;
        var network = new FaultyNetwork(_ => busy-- > 0 ? Fault.Busy : Fault.None);
        using var store = Open(network);
        (await store.TryCreateAsync("a", "1"u8.ToArray())).ShouldBeTrue();
        network.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_service_that_stays_busy_is_worth_another_try_later()
    {
        using var store = Open(new FaultyNetwork(_ => Fault.Busy));
        var error = await Should.ThrowAsync<BlobException>(() => store.GetInfoAsync("a").AsTask());
        error.Kind.ShouldBe(BlobErrorKind.Unavailable);
        error.Message.ShouldContain("/x/a: the service is busy (503");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task A_writer_whose_answers_are_lost_finds_out_that_it_won(int answers)
    {
        var network = new FaultyNetwork(request => request.Method == RequestMethod.Put && answers-- > 0 ? Fault.LostAnswer : Fault.None);
        using var store = Open(network);
        (await store.TryCreateAsync("a", "1"u8.ToArray())).ShouldBeTrue();
        network.Requests.Count(request => request.Method == "PUT").ShouldBeGreaterThan(1);
        network.Requests[^1].Method.ShouldBe("HEAD");
    }

    [Fact]
    public async Task A_writer_whose_answers_are_lost_finds_out_that_another_of_the_same_content_won()
    {
        using (var winner = Open()) await winner.TryCreateAsync("a", "same"u8.ToArray());
        using var store = Open(new FaultyNetwork(request => request.Method == RequestMethod.Put ? Fault.LostAnswer : Fault.None));
        (await store.TryCreateAsync("a", "same"u8.ToArray())).ShouldBeFalse();
    }

    [Fact]
    public async Task A_writer_that_cannot_find_out_says_so()
    {
        using var store = Open(new FaultyNetwork(request => request.Method == RequestMethod.Put ? Fault.LostAnswer : Fault.Busy));
        (await Should.ThrowAsync<BlobException>(() => store.TryCreateAsync("a", "1"u8.ToArray()).AsTask())).Kind.ShouldBe(BlobErrorKind.Unavailable);
    }

    [Fact]
    public async Task A_large_blob_is_created_by_one_request()
    {
        var network = new FaultyNetwork(_ => Fault.None);
        using var store = Open(network);
        using var scratch = store.CreateScratch();
        await using (var file = File.OpenWrite(scratch.Path)) file.SetLength(300 << 20);
        (await store.TryCreateFromFileAsync("large", scratch.Path)).ShouldBeTrue();
        network.Requests.ShouldHaveSingleItem().Address.Query.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_blob_that_is_too_large_for_one_request_is_refused()
    {
        using var store = Open();
        using var scratch = store.CreateScratch();
        await using (var file = File.OpenWrite(scratch.Path)) file.SetLength(AzureBlobStore.LargestBlob + 1);
        var error = await Should.ThrowAsync<BlobException>(() => store.TryCreateFromFileAsync("large", scratch.Path).AsTask());
        error.Kind.ShouldBe(BlobErrorKind.TooLarge);
        error.Message.ShouldContain("at most 5,242,880,000");
    }

    [Fact]
    public async Task A_blob_that_is_written_anew_while_it_is_read_is_an_error()
    {
        using var store = Open();
        await store.ReplaceAsync("a", new byte[5 << 20]);
        await using var stream = await store.OpenReadAsync("a");
        await stream.ReadExactlyAsync(new byte[1000]);
        await store.ReplaceAsync("a", new byte[5 << 20]);
        var error = await Should.ThrowAsync<BlobException>(() => stream.ReadExactlyAsync(new byte[5 << 20]).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        error.Kind.ShouldBe(BlobErrorKind.Changed);
    }

    [Fact]
    public async Task Listings_and_single_answers_agree_and_stay_below_the_store_s_folder()
    {
        using var store = Open();
        await store.TryCreateAsync("a/b", "123"u8.ToArray());
        await container.UploadBlobAsync("xy", BinaryData.FromString("beside it"));
        (await store.ListAsync().ToListAsync()).ShouldHaveSingleItem().ShouldBe(await store.GetInfoAsync("a/b"));
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_told_from_a_blob_that_is_not()
    {
        using var store = new AzureBlobStore(Account(), "no-such-container", "");
        foreach (var act in new Func<Task>[] { () => store.GetInfoAsync("a").AsTask(), () => store.TryCreateAsync("a", "1"u8.ToArray()).AsTask(), () => store.ListAsync().ToListAsync().AsTask() })
        {
            var error = await Should.ThrowAsync<BlobException>(act);
            error.Kind.ShouldBe(BlobErrorKind.NoStore);
            error.Message.ShouldContain("no-such-container");
        }
    }

    [Fact]
    public async Task Access_can_be_by_account_and_key_or_by_a_signature_and_is_denied_otherwise()
    {
        var signature = container.GenerateSasUri(BlobContainerSasPermissions.All, TimeProvider.System.GetUtcNow().AddHours(1)).Query;
        var account = new AzureAccount { Endpoint = azurite.Endpoint };
        foreach (var good in new[] { account with { SasToken = signature }, account with { Name = Azurite.Account, Key = Azurite.Key } })
        {
            using var store = new AzureBlobStore(good, container.Name, "x");
            (await store.TryCreateAsync(Guid.NewGuid().ToString(), "1"u8.ToArray())).ShouldBeTrue();
        }

        using var denied = new AzureBlobStore(account with { Name = Azurite.Account, Key = Convert.ToBase64String(new byte[64]) }, container.Name, "x");
        var error = await Should.ThrowAsync<BlobException>(() => denied.TryCreateAsync("a", "1"u8.ToArray()).AsTask());
        error.Kind.ShouldBe(BlobErrorKind.AccessDenied);
        error.Message.ShouldContain("403");
    }

    [Fact]
    public void An_account_that_is_not_known_says_what_was_looked_for()
    {
        var error = Should.Throw<BlobException>(() => new AzureBlobStore(AzureAccount.From(_ => null), "data", ""));
        error.Kind.ShouldBe(BlobErrorKind.AccessDenied);
        foreach (var name in new[] { "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ENDPOINT", "AZURE_STORAGE_SAS_TOKEN" })
            error.Message.ShouldContain(name);
        Should.Throw<BlobException>(() => new AzureBlobStore(new AzureAccount { ConnectionString = "nonsense" }, "data", "")).Message.ShouldContain("not usable");
    }

    private AzureBlobStore Open(HttpPipelinePolicy? network = null) => new(Account() with { Policy = network }, container.Name, "x");

    private AzureAccount Account() => new() { ConnectionString = azurite.ConnectionString, FirstPause = TimeSpan.FromMilliseconds(1) };
}
