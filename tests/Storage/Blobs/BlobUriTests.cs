using Serverless.Storage.Blobs;

namespace Serverless.Storage.Tests.Blobs;

public sealed class BlobUriTests
{
    [Theory]
    [InlineData("local:///data/in.jsonl", "/data/in.jsonl", false)]
    [InlineData("LOCAL:///data/", "/data", true)]
    [InlineData("file:///data/a%20b%25.csv", "/data/a b%.csv", false)]
    [InlineData("file://localhost/data", "/data", false)]
    [InlineData("local:///data/./x//*.parquet?#", "/data/x/*.parquet?#", false)]
    [InlineData("/data/a%20b", "/data/a%20b", false)]
    [InlineData("out/", "/base/out", true)]
    [InlineData("../x", "/x", false)]
    [InlineData("local:///", "/", true)]
    [InlineData("c:odd", "/base/c:odd", false)]
    public void A_location_becomes_an_absolute_path(string text, string path, bool folder)
    {
        var uri = BlobUri.Parse(text, "/base");
        uri.Path.ShouldBe(path);
        uri.IsFolder.ShouldBe(folder);
        BlobUri.Parse(uri.ToString()).ShouldBe(uri);
    }

    [Theory]
    [InlineData("az://data/in/a%20b.jsonl", "data", "in/a b.jsonl", false)]
    [InlineData("AZ://data/x//*.parquet?#", "data", "x/*.parquet?#", false)]
    [InlineData("az://data/x/", "data", "x", true)]
    [InlineData("az://data", "data", "", true)]
    [InlineData("az://data/", "data", "", true)]
    public void A_location_in_azure_becomes_a_container_and_a_path_in_it(string text, string container, string path, bool folder)
    {
        var uri = BlobUri.Parse(text, "/base");
        uri.IsLocal.ShouldBeFalse();
        uri.Container.ShouldBe(container);
        uri.Path.ShouldBe(path);
        uri.IsFolder.ShouldBe(folder);
        BlobUri.Parse(uri.ToString()).ShouldBe(uri);
    }

    [Theory]
    [InlineData("az://data/a/b", "az://data/a/", "b")]
    [InlineData("az://data/b", "az://data/", "b")]
    [InlineData("/a/b", "local:///a/", "b")]
    [InlineData("/b", "local:///", "b")]
    public void A_location_lies_below_its_folder(string text, string folder, string name)
    {
        var uri = BlobUri.Parse(text);
        uri.Split().ShouldBe((BlobUri.Parse(folder), name));
        uri.Split().Folder.Below(name).ShouldBe(uri);
    }

    [Theory]
    [InlineData("s3://data/x", "s3:// is not supported yet; supported are az://container/path, local:///absolute/path, file:///absolute/path and plain paths")]
    [InlineData("az:///x", "\"\" is no name of a container")]
    [InlineData("az://Data/x", "\"Data\" is no name of a container")]
    [InlineData("az://data/../x", "has a \"..\" in it")]
    [InlineData("https://example.com/x", "https:// is not supported yet")]
    [InlineData("local://data/x", "names a host; a local path has three slashes: local:///data/x")]
    [InlineData("local:///data/../x", "has a \"..\" in it")]
    [InlineData("local:///data/%2e%2e/x", "has a \"..\" in it")]
    [InlineData("local:///a%2Fb", "escaped slash")]
    [InlineData("local:///a%00b", "NUL")]
    [InlineData("local:///100%", "write %25")]
    [InlineData(" ", "is not a location")]
    public void A_location_that_is_none_is_refused_with_the_reason(string text, string reason) =>
        Should.Throw<FormatException>(() => BlobUri.Parse(text)).Message.ShouldContain(reason);
}
