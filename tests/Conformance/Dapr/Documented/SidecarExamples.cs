using System.Net;

namespace Serverless.Conformance.Tests.Dapr.Documented;

/// <summary>https://docs.dapr.io/reference/api/metadata_api/, health_api/ and secrets_api/</summary>
public sealed class SidecarExamples(DocumentedWorld world) : IClassFixture<DocumentedWorld>
{
    [Fact]
    public async Task Metadata_tells_what_the_sidecar_has()
    {
        await world.PostAsync("/v1.0/actors/stormtrooper/1/method/shoot");
        var metadata = (await world.GetAsync("/v1.0/metadata")).ShouldBe(HttpStatusCode.OK).Json;
        metadata.GetProperty("id").GetString().ShouldBe(DocumentedWorld.AppId);
        metadata.GetProperty("runtimeVersion").GetString().ShouldNotBeNullOrEmpty();
        var components = metadata.GetProperty("components").EnumerateArray().ToDictionary(component => component.GetProperty("name").GetString()!, component => component.GetProperty("type").GetString());
        components["statestore"].ShouldBe("state.in-memory");
        components["pubsub"].ShouldBe("pubsub.in-memory");
        var actors = metadata.GetProperty("actorRuntime").GetProperty("activeActors").EnumerateArray().Single();
        actors.GetProperty("type").GetString().ShouldBe("stormtrooper");
        actors.GetProperty("count").GetInt32().ShouldBe(1);
        metadata.GetProperty("appConnectionProperties").GetProperty("protocol").GetString().ShouldBe("http");
        metadata.GetProperty("subscriptions").EnumerateArray().Select(item => item.GetProperty("topic").GetString()).ShouldContain("deathStarStatus");
    }

    [Fact]
    public async Task A_label_is_added_to_the_metadata()
    {
        (await world.SendAsync(HttpMethod.Put, "/v1.0/metadata/myDemoAttribute", "myDemoAttributeValue", "text/plain")).ShouldBe(HttpStatusCode.NoContent);
        (await world.GetAsync("/v1.0/metadata")).Json.GetProperty("extended").GetProperty("myDemoAttribute").GetString().ShouldBe("myDemoAttributeValue");
    }

    [Theory]
    [InlineData("/v1.0/healthz")]
    [InlineData("/v1.0/healthz/outbound")]
    public async Task A_healthy_sidecar_says_so_without_content(string path) => (await world.GetAsync(path)).ShouldBe(HttpStatusCode.NoContent);

    [Fact]
    public async Task A_secret_is_read()
    {
        (await world.GetAsync("/v1.0/secrets/secretstore/CONFORMANCE_SECRET")).ShouldBe(HttpStatusCode.OK).Body.ShouldBe("""{"CONFORMANCE_SECRET":"hidden"}""");
        (await world.GetAsync("/v1.0/secrets/secretstore/bulk")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("CONFORMANCE_SECRET").GetProperty("CONFORMANCE_SECRET").GetString().ShouldBe("hidden");
    }

    [Fact]
    public async Task A_secret_store_that_is_not_there_is_an_error() =>
        (await world.GetAsync("/v1.0/secrets/nostore/x")).ShouldBeError(HttpStatusCode.Unauthorized, "ERR_SECRET_STORE_NOT_FOUND");
}
