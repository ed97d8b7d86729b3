using System.Net;
using System.Text.Json;

namespace Serverless.Conformance.Tests.Dapr.Documented;

/// <summary>https://docs.dapr.io/reference/api/state_api/</summary>
public sealed class StateExamples(DocumentedWorld world) : IClassFixture<DocumentedWorld>
{
    [Fact]
    public async Task Values_are_saved_and_read()
    {
        (await world.PostAsync("/v1.0/state/statestore", """[{"key":"weapon","value":"DeathStar"},{"key":"planet","value":{"name":"Tatooine"}}]""")).ShouldBe(HttpStatusCode.NoContent);
        var planet = (await world.GetAsync("/v1.0/state/statestore/planet")).ShouldBe(HttpStatusCode.OK);
        planet.Json.GetProperty("name").GetString().ShouldBe("Tatooine");
        planet.ETag.ShouldNotBeNullOrEmpty();
        (await world.GetAsync("/v1.0/state/statestore/weapon")).ShouldBe(HttpStatusCode.OK).Body.ShouldBe("\"DeathStar\"");
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_no_content() =>
        (await world.GetAsync("/v1.0/state/statestore/nowhere")).ShouldBe(HttpStatusCode.NoContent).Body.ShouldBeEmpty();

    [Fact]
    public async Task Several_keys_are_read_at_once()
    {
        await world.PostAsync("/v1.0/state/statestore", """[{"key":"bulk1","value":"value1"},{"key":"bulk2","value":"value2"}]""");
        var items = (await world.PostAsync("/v1.0/state/statestore/bulk", """{"keys":["bulk1","bulk2","bulk3"],"parallelism":10}""")).ShouldBe(HttpStatusCode.OK).Json;
        items.EnumerateArray().Select(item => item.GetProperty("key").GetString()).ShouldBe(["bulk1", "bulk2", "bulk3"], ignoreOrder: true);
        var first = items.EnumerateArray().Single(item => item.GetProperty("key").GetString() == "bulk1");
        first.GetProperty("data").GetString().ShouldBe("value1");
        first.GetProperty("etag").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Values_are_deleted()
    {
        await world.PostAsync("/v1.0/state/statestore", """[{"key":"doomed","value":1}]""");
        (await world.DeleteAsync("/v1.0/state/statestore/doomed")).ShouldBe(HttpStatusCode.NoContent);
        (await world.GetAsync("/v1.0/state/statestore/doomed")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_stale_ETag_is_a_conflict()
    {
        await world.PostAsync("/v1.0/state/statestore", """[{"key":"tagged","value":1}]""");
        var stale = (await world.GetAsync("/v1.0/state/statestore/tagged")).ETag!;
        (await world.PostAsync("/v1.0/state/statestore", $$$"""[{"key":"tagged","value":2,"etag":"{{{stale}}}","options":{"concurrency":"first-write"}}]""")).ShouldBe(HttpStatusCode.NoContent);
        (await world.PostAsync("/v1.0/state/statestore", $$$"""[{"key":"tagged","value":3,"etag":"{{{stale}}}","options":{"concurrency":"first-write"}}]""")).ShouldBe(HttpStatusCode.Conflict);
        (await world.SendAsync(HttpMethod.Delete, "/v1.0/state/statestore/tagged", headers: ("If-Match", stale))).ShouldBe(HttpStatusCode.Conflict);
        (await world.GetAsync("/v1.0/state/statestore/tagged")).Body.ShouldBe("2");
    }

    [Fact]
    public async Task A_transaction_does_all_of_its_operations()
    {
        await world.PostAsync("/v1.0/state/statestore", """[{"key":"key2","value":"old"}]""");
        (await world.PostAsync("/v1.0/state/statestore/transaction",
            """{"operations":[{"operation":"upsert","request":{"key":"key1","value":"myData"}},{"operation":"delete","request":{"key":"key2"}}],"metadata":{"partitionKey":"planet"}}"""))
            .ShouldBe(HttpStatusCode.NoContent);
        (await world.GetAsync("/v1.0/state/statestore/key1")).Body.ShouldBe("\"myData\"");
        (await world.GetAsync("/v1.0/state/statestore/key2")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_value_with_a_time_to_live_disappears()
    {
        (await world.PostAsync("/v1.0/state/statestore", """[{"key":"mortal","value":1,"metadata":{"ttlInSeconds":"1"}}]""")).ShouldBe(HttpStatusCode.NoContent);
        (await world.GetAsync("/v1.0/state/statestore/mortal")).ShouldBe(HttpStatusCode.OK);
        await Hosting.Eventually.IsAsync(() => world.GetAsync("/v1.0/state/statestore/mortal"), answer => answer.Status is HttpStatusCode.NoContent, "the value is gone");
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_an_error()
    {
        (await world.GetAsync("/v1.0/state/nostore/key")).ShouldBeError(HttpStatusCode.BadRequest, "ERR_STATE_STORE_NOT_FOUND");
        (await world.PostAsync("/v1.0/state/nostore", "[]")).ShouldBeError(HttpStatusCode.BadRequest, "ERR_STATE_STORE_NOT_FOUND");
        (await world.PostAsync("/v1.0/state/statestore", "{not json")).ShouldBe(HttpStatusCode.BadRequest).Json.GetProperty("errorCode").ValueKind.ShouldBe(JsonValueKind.String);
    }
}
