using System.Text.Json.Nodes;

namespace Serverless.EndToEnd.Tests;

/// <summary>The API's own description, and the copy of it that programs are written against.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ServiceDocumentTests(ServiceFixture service)
{
    private static readonly string Copy = Clone.PathOf("docs/openapi/v1.json");

    [Fact]
    public async Task The_api_is_what_its_checked_in_description_says()
    {
        using var http = service.Http(key: null);
        var served = await http.GetStringAsync("/openapi/v1.json");
        var found = JsonNode.Parse(served);
        if (File.Exists(Copy) && JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(Copy)), found))
        {
            return;
        }

        var renewed = Path.Combine(Path.GetTempPath(), "openapi-v1.json");
        await File.WriteAllTextAsync(renewed, served.ReplaceLineEndings("\n").TrimEnd() + "\n");
        Assert.Fail($"The API is not what docs/openapi/v1.json says. If it was meant to change, renew the copy and read the difference:\n  cp {renewed} {Copy} && git diff {Copy}");
    }

    [Fact]
    public async Task Every_route_of_the_api_is_described_and_none_of_the_sidecar_s()
    {
        using var http = service.Http(key: null);
        var paths = JsonNode.Parse(await http.GetStringAsync("/openapi/v1.json"))!["paths"]!.AsObject();
        paths.Select(path => path.Key).ShouldAllBe(path => path.StartsWith("/api/v1/", StringComparison.Ordinal));
        paths.ShouldContainKey("/api/v1/jobs/{id}/shards");
        paths.ShouldContainKey("/api/v1/models");
    }
}
