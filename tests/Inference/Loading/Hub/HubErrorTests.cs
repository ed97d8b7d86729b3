using System.Net;
using System.Net.Sockets;
using Serverless.Inference.Loading.Hub;

namespace Serverless.Inference.Tests.Loading.Hub;

public sealed class HubErrorTests : IDisposable
{
    private readonly FakeHub hub = new();

    public void Dispose() => hub.Dispose();

    [Theory]
    [InlineData(401, "GatedRepo", null, InferenceErrorCodes.ModelAccess, "is gated", "Accept its terms at", "set HF_TOKEN", "(none is set)")]
    [InlineData(403, "GatedRepo", "t", InferenceErrorCodes.ModelAccess, "is gated", "the one that is set has no access")]
    [InlineData(401, "RepoNotFound", null, InferenceErrorCodes.ModelDownload, "there is no model acme/tiny", "or it is private", "set HF_TOKEN")]
    [InlineData(404, "RepoNotFound", "t", InferenceErrorCodes.ModelDownload, "there is no model acme/tiny", "not allowed to read it")]
    [InlineData(404, "RevisionNotFound", null, InferenceErrorCodes.ModelDownload, "acme/tiny has no revision main")]
    [InlineData(401, null, null, InferenceErrorCodes.ModelAccess, "needs a token", "HF_TOKEN")]
    [InlineData(401, null, "t", InferenceErrorCodes.ModelAccess, "refuses the token of HF_TOKEN")]
    [InlineData(403, null, "t", InferenceErrorCodes.ModelAccess, "access to hf://acme/tiny@main is denied")]
    [InlineData(400, null, null, InferenceErrorCodes.ModelDownload, "answered 400")]
    public async Task A_refusal_says_what_it_means_and_what_to_do(int status, string? code, string? token, string errorCode, params string[] parts)
    {
        hub.OnHub = _ => new Reply(status, null, code is null ? [] : [("X-Error-Code", code), ("X-Error-Message", "because.")]);
        string message = await ErrorAsync(errorCode, options => options with { Token = token });
        foreach (string part in parts) message.ShouldContain(part);
        if (code is not null) message.ShouldContain("The hub says: because.");
        hub.HubRequests.Count.ShouldBe(1, "it will not change by itself");
    }

    [Fact]
    public async Task A_hub_that_cannot_be_reached_is_named_with_what_to_set()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}");
        closed.Stop();

        string message = await ErrorAsync(change: options => options with { Endpoint = address });
        message.ShouldContain($"could not be downloaded from {address}");
        message.ShouldContain("cannot be reached");
        message.ShouldContain("HF_ENDPOINT");
        message.ShouldContain("HF_HUB_OFFLINE=1");
    }

    [Fact]
    public async Task Offline_uses_the_cache_and_touches_no_network()
    {
        await hub.GetAsync();
        int before = hub.HubRequests.Count;
        (await hub.GetAsync(change: options => options with { Offline = true })).Commit.ShouldBe(FakeHub.Commit);
        hub.HubRequests.Count.ShouldBe(before);
    }

    [Fact]
    public async Task Offline_without_a_whole_copy_says_so()
    {
        hub.OnStorage = _ => new Reply(404);
        await ErrorAsync();
        hub.OnStorage = null;
        string message = await ErrorAsync(change: options => options with { Offline = true });
        message.ShouldContain("HF_HUB_OFFLINE is set");
        message.ShouldContain(hub.Cache.Path);
        hub.StorageRequests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_model_with_pickles_only_is_refused_before_anything_is_downloaded()
    {
        hub.Files.Remove("model.safetensors");
        var error = await Should.ThrowAsync<InferenceException>(() => hub.GetAsync());
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        error.Message.ShouldContain("no safetensors weights (only pytorch_model.bin");
        hub.HubRequests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_repository_without_a_configuration_is_no_model()
    {
        hub.Files.Remove("config.json");
        (await ErrorAsync()).ShouldContain("has no config.json");
    }

    [Fact]
    public async Task A_web_page_in_place_of_the_listing_is_recognised()
    {
        hub.OnHub = _ => new Reply(200, "<html>log in</html>"u8.ToArray());
        (await ErrorAsync()).ShouldContain("Is HF_ENDPOINT a model hub?");
    }

    [Fact]
    public async Task Redirects_without_end_are_refused()
    {
        hub.OnHub = request => new Reply(307, null, ("Location", request.Path));
        (await ErrorAsync()).ShouldContain("redirects more than 10 times");
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_named()
    {
        string file = hub.Cache.With("file", "x").File("file");
        string message = await ErrorAsync(change: options => options with { CacheFolder = file });
        message.ShouldContain($"cannot be written to {file}");
        message.ShouldContain("HF_HUB_CACHE");
    }

    private async Task<string> ErrorAsync(string code = InferenceErrorCodes.ModelDownload, Func<HubOptions, HubOptions>? change = null)
    {
        var error = await Should.ThrowAsync<InferenceException>(() => hub.GetAsync(change: change));
        error.Code.ShouldBe(code);
        return error.Message;
    }
}
