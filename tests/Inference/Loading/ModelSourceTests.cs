using Serverless.Inference.Loading;
using Serverless.Inference.Tests.Loading.Hub;

namespace Serverless.Inference.Tests.Loading;

public sealed class ModelSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ModelSourceTests() => folder.With("config.json", ConfigJson.Llama()).With("model.safetensors", SafetensorsBytes.Vectors(("a", [1, 2])));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_path_and_a_file_address_mean_the_folder()
    {
        var byPath = await ModelSource.ResolveAsync(folder.Path);
        var byAddress = await ModelSource.ResolveAsync(new Uri(folder.Path).AbsoluteUri);
        byPath.Folder.ShouldBe(folder.Path);
        byAddress.ShouldBe(byPath);
    }

    [Fact]
    public async Task A_hub_model_is_downloaded_and_its_revision_is_the_commit()
    {
        using var hub = new FakeHub();
        var model = await ModelSource.ResolveAsync("hf://acme/tiny", hub.Options);
        model.Revision.ShouldBe(FakeHub.Commit);
        using var opened = ModelFolder.Open(model.Folder);
        opened.Config.HiddenSize.ShouldBe(64);
    }

    [Fact]
    public async Task The_revision_of_a_folder_does_not_depend_on_where_it_lies_and_when_it_was_written()
    {
        using var copy = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(folder.Path)) File.Copy(file, copy.File(Path.GetFileName(file)));
        File.SetLastWriteTimeUtc(copy.File("config.json"), DateTime.UnixEpoch);
        copy.With("README.md", "changes nothing");
        (await RevisionAsync(copy)).ShouldBe(await RevisionAsync(folder));
        (await RevisionAsync(copy)).ShouldStartWith("sha256:");
    }

    [Fact]
    public async Task Any_change_of_a_file_that_matters_changes_the_revision()
    {
        var revisions = new HashSet<string> { await RevisionAsync(folder) };
        folder.With("config.json", ConfigJson.Llama(("rope_theta", "20000")));
        revisions.Add(await RevisionAsync(folder)).ShouldBeTrue("configuration");
        folder.With("model.safetensors", SafetensorsBytes.Vectors(("a", [1, 3])));
        revisions.Add(await RevisionAsync(folder)).ShouldBeTrue("weights of equal size");
        folder.With("chat_template.jinja", "{{ messages }}");
        revisions.Add(await RevisionAsync(folder)).ShouldBeTrue("a new file");
    }

    [Fact]
    public async Task Weights_too_large_to_read_are_told_apart_by_pieces_of_them()
    {
        byte[] large = new byte[(16 << 20) + 100];
        string before = await RevisionAsync(folder.With("model.safetensors", large));
        large[^1] = 1;
        string last = await RevisionAsync(folder.With("model.safetensors", large));
        Array.Fill(large, (byte)1, large.Length / 3, large.Length / 20);
        string middle = await RevisionAsync(folder.With("model.safetensors", large));
        string longer = await RevisionAsync(folder.With("model.safetensors", [.. large, 1]));
        new[] { before, last, middle, longer }.Distinct().Count().ShouldBe(4);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("s3://bucket/model", "expected a folder, file:///folder, or hf://org/name")]
    [InlineData("file://server/share", "expected a folder")]
    [InlineData("acme/tiny", "write hf://acme/tiny")]
    [InlineData("/no/such/folder", "there is no such folder")]
    public async Task A_source_that_means_nothing_is_refused_with_what_is_possible(string source, string message)
    {
        var error = await Should.ThrowAsync<InferenceException>(() => ModelSource.ResolveAsync(source));
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        error.Message.ShouldContain(message);
    }

    private static async Task<string> RevisionAsync(TemporaryFolder folder) => (await ModelSource.ResolveAsync(folder.Path)).Revision;

    [Theory]
    [InlineData("hf://acme/tiny", "0123456789012345678901234567890123456789", "hf://acme/tiny@0123456789012345678901234567890123456789")]
    [InlineData("hf://acme/tiny@main", "0123456789012345678901234567890123456789", "hf://acme/tiny@0123456789012345678901234567890123456789")]
    [InlineData("hf://acme/tiny@main", "sha256:abc", "hf://acme/tiny@main")]
    [InlineData("models/tiny", "sha256:abc", "models/tiny")]
    public void A_hub_source_is_pinned_to_the_commit_that_it_was(string source, string revision, string pinned) =>
        ModelSource.Pin(source, revision).ShouldBe(pinned);
}
