using Serverless.Inference.Loading.Hub;

namespace Serverless.Inference.Tests.Loading.Hub;

public sealed class HubOptionsTests
{
    [Fact]
    public void The_environment_s_names_are_those_of_Hugging_Face_s_tools()
    {
        var options = Read(("HF_ENDPOINT", "https://hub.example/path/"), ("HF_TOKEN", " t "), ("HF_HUB_CACHE", "/cache"), ("HF_HUB_OFFLINE", "yes"));
        options.Endpoint.ShouldBe(new Uri("https://hub.example/path/"));
        (options.Token, options.CacheFolder, options.Offline).ShouldBe(("t", "/cache", true));
    }

    [Fact]
    public void Defaults_are_huggingface_co_and_the_cache_below_HF_HOME()
    {
        var options = Read(("HF_HOME", "/home"), ("HF_TOKEN", "  "), ("HF_HUB_OFFLINE", "0"));
        options.Endpoint.ShouldBe(new Uri("https://huggingface.co"));
        (options.Token, options.CacheFolder, options.Offline).ShouldBe((null, "/home/hub", false));
        Read(("XDG_CACHE_HOME", "/x")).CacheFolder.ShouldBe("/x/huggingface/hub");
    }

    [Fact]
    public void A_token_may_lie_in_a_file()
    {
        using var folder = new TemporaryFolder();
        folder.With("token", "from-file\n");
        Read(("HF_HOME", folder.Path)).Token.ShouldBe("from-file");
    }

    [Theory]
    [InlineData("huggingface.co")]
    [InlineData("ftp://hub.example")]
    public void An_endpoint_that_is_no_address_is_refused(string endpoint) =>
        Should.Throw<InferenceException>(() => Read(("HF_ENDPOINT", endpoint))).Message.ShouldContain($"HF_ENDPOINT: expected an http or https address, found \"{endpoint}\"");

    [Theory]
    [InlineData("hf://acme/tiny", "acme/tiny", "main")]
    [InlineData("hf://acme/Tiny-1.5B_x@v1.0", "acme/Tiny-1.5B_x", "v1.0")]
    [InlineData("hf://acme/tiny@refs/pr/1", "acme/tiny", "refs/pr/1")]
    [InlineData("hf://gpt2", "gpt2", "main")]
    public void A_reference_names_repository_and_revision(string text, string repository, string revision) =>
        HubReference.Parse(text).ShouldBe(new HubReference(repository, revision));

    [Theory]
    [InlineData("hf://")]
    [InlineData("hf://a/b/c")]
    [InlineData("hf://../x")]
    [InlineData("hf://a/..")]
    [InlineData("hf://a/b@")]
    [InlineData("hf://a/b@../../x")]
    [InlineData("hf://a/b@/x")]
    [InlineData("hf://a/b c")]
    [InlineData("hf://a/b?x=1")]
    public void Other_texts_are_refused(string text) =>
        Should.Throw<InferenceException>(() => HubReference.Parse(text)).Message.ShouldContain("expected hf://org/name or hf://org/name@revision");

    private static HubOptions Read(params IEnumerable<(string Name, string Value)> variables)
    {
        var values = variables.ToDictionary(pair => pair.Name, pair => pair.Value);
        return HubOptions.FromEnvironment(name => values.GetValueOrDefault(name));
    }
}
