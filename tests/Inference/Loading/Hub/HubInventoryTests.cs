using Serverless.Inference.Loading.Hub;

namespace Serverless.Inference.Tests.Loading.Hub;

public sealed class HubInventoryTests : IDisposable
{
    private readonly FakeHub hub = new();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task What_was_downloaded_is_listed_with_the_revisions_that_meant_it()
    {
        var snapshot = await hub.GetAsync();
        await hub.GetAsync("acme/tiny@refs/pr/1");

        var model = HubInventory.List(Options).ShouldHaveSingleItem();
        (model.Repository, model.Commit, model.Folder).ShouldBe(("acme/tiny", FakeHub.Commit, snapshot.Folder));
        model.Source.ShouldBe($"hf://acme/tiny@{FakeHub.Commit}");
        model.Revisions.ShouldBe(["main", "refs/pr/1"]);
        model.Bytes.ShouldBe(Directory.GetFiles(snapshot.Folder).Sum(file => (long)File.ReadAllBytes(file).Length), "contents, not links");
    }

    [Fact]
    public async Task A_download_that_has_not_ended_is_no_model_and_neither_is_one_whose_index_is_damaged()
    {
        var snapshot = await hub.GetAsync();
        File.Delete(Path.Combine(snapshot.Folder, "model.safetensors"));
        HubInventory.List(Options).ShouldBeEmpty();

        await File.WriteAllTextAsync(Path.Combine(snapshot.Folder, "model.safetensors.index.json"), "{ no JSON");
        HubInventory.List(Options).ShouldBeEmpty();
    }

    [Fact]
    public void A_cache_that_is_not_there_holds_nothing() =>
        HubInventory.List(new HubOptions { CacheFolder = Path.Combine(hub.Cache.Path, "nowhere") }).ShouldBeEmpty();

    private HubOptions Options => new() { CacheFolder = hub.Cache.Path };
}
