using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Serverless.Sidecar.Tests.Components;

namespace Serverless.Sidecar.Tests.State;

public sealed class StateApiTests : IDisposable
{
    private const string Store = "/v1.0/state/store";
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("state.in-memory")]
    [InlineData("state.sqlite")]
    public async Task What_was_saved_is_read_with_an_ETag_until_it_is_deleted(string type)
    {
        await using var sidecar = await StartAsync(type);

        await sidecar.PostAsync(Store, """[{"key": "planet", "value": {"name": "Tatooine"}}, {"key": "a/b c", "value": "text"}]""");

        using var planet = await sidecar.Http.GetAsync($"{Store}/planet?consistency=strong");
        planet.StatusCode.ShouldBe(HttpStatusCode.OK);
        planet.Headers.GetValues("ETag").Single().ShouldNotBeEmpty();
        JsonNode.Parse(await planet.Content.ReadAsStringAsync())!["name"]!.GetValue<string>().ShouldBe("Tatooine");
        (await sidecar.Http.GetStringAsync($"{Store}/a%2Fb%20c")).ShouldBe("\"text\"");

        (await sidecar.Http.DeleteAsync($"{Store}/planet")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await sidecar.Http.GetAsync($"{Store}/planet")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await sidecar.Http.DeleteAsync($"{Store}/planet")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task An_ETag_that_is_not_the_entry_s_is_a_conflict_and_changes_nothing()
    {
        await using var sidecar = await StartAsync("state.in-memory");
        await sidecar.PostAsync(Store, """[{"key": "k", "value": 1}]""");
        var old = await ETagAsync(sidecar, "k");
        await sidecar.PostAsync(Store, $$"""[{"key": "k", "value": 2, "etag": "{{old}}"}]""");

        var error = await sidecar.ErrorAsync(
            sidecar.Http.PostAsync(Store, TestSidecar.Json($$"""[{"key": "other", "value": 0}, {"key": "k", "value": 3, "etag": "{{old}}"}]""")), HttpStatusCode.Conflict, "ERR_STATE_SAVE");
        error["message"]!.GetValue<string>().ShouldStartWith("failed saving state in state store store: possible etag mismatch");
        using var delete = new HttpRequestMessage(HttpMethod.Delete, $"{Store}/k");
        delete.Headers.TryAddWithoutValidation("If-Match", old);
        await sidecar.ErrorAsync(sidecar.Http.SendAsync(delete), HttpStatusCode.Conflict, "ERR_STATE_DELETE");
        await sidecar.ErrorAsync(
            sidecar.Http.PostAsync($"{Store}/transaction", TestSidecar.Json($$$"""{"operations": [{"operation": "upsert", "request": {"key": "other", "value": 0}}, {"operation": "delete", "request": {"key": "k", "etag": "{{{old}}}"}}]}""")),
            HttpStatusCode.InternalServerError, "ERR_STATE_TRANSACTION");

        (await sidecar.Http.GetStringAsync($"{Store}/k")).ShouldBe("2");
        (await sidecar.Http.GetAsync($"{Store}/other")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var right = new HttpRequestMessage(HttpMethod.Delete, $"{Store}/k");
        right.Headers.TryAddWithoutValidation("If-Match", await ETagAsync(sidecar, "k"));
        (await sidecar.Http.SendAsync(right)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task First_write_without_an_ETag_creates_and_never_replaces_and_last_write_replaces()
    {
        await using var sidecar = await StartAsync("state.sqlite");
        const string First = """[{"key": "k", "value": 1, "options": {"concurrency": "first-write", "consistency": "strong"}}]""";
        await sidecar.PostAsync(Store, First);
        await sidecar.ErrorAsync(sidecar.Http.PostAsync(Store, TestSidecar.Json(First)), HttpStatusCode.Conflict, "ERR_STATE_SAVE");
        await sidecar.PostAsync(Store, """[{"key": "k", "value": 2, "options": {"concurrency": "last-write"}}]""");
        (await sidecar.Http.GetStringAsync($"{Store}/k")).ShouldBe("2");
    }

    [Fact]
    public async Task A_bulk_read_answers_for_each_key_and_a_transaction_is_all_or_nothing()
    {
        await using var sidecar = await StartAsync("state.in-memory");
        await sidecar.PostAsync($"{Store}/transaction", """
            {"operations": [{"operation": "upsert", "request": {"key": "a", "value": [1]}}, {"operation": "upsert", "request": {"key": "b", "value": 2}}, {"operation": "delete", "request": {"key": "b"}}]}
            """);
        await sidecar.ErrorAsync(
            sidecar.Http.PostAsync($"{Store}/transaction", TestSidecar.Json("""{"operations": [{"operation": "increment", "request": {"key": "a"}}]}""")),
            HttpStatusCode.BadRequest, "ERR_NOT_SUPPORTED_STATE_OPERATION");

        using var answer = await sidecar.Http.PostAsync($"{Store}/bulk", TestSidecar.Json("""{"keys": ["a", "b"], "parallelism": 10}"""));
        var items = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray();
        items.Select(item => item!["key"]!.GetValue<string>()).ShouldBe(["a", "b"]);
        items[0]!["data"]!.ToJsonString().ShouldBe("[1]");
        items[0]!["etag"]!.GetValue<string>().ShouldNotBeEmpty();
        items[1]!["data"].ShouldBeNull();
    }

    [Fact]
    public async Task An_entry_is_gone_when_its_time_to_live_is_over()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var sidecar = await StartAsync("state.sqlite", time);
        await sidecar.PostAsync(Store, """[{"key": "k", "value": 1, "metadata": {"ttlInSeconds": "60"}}, {"key": "forever", "value": 1, "metadata": {"ttlInSeconds": "-1"}}]""");

        using (var answer = await sidecar.Http.GetAsync($"{Store}/k"))
        {
            answer.Headers.GetValues("metadata.ttlExpireTime").Single().ShouldBe("2026-01-01T00:01:00.000Z");
        }

        time.Advance(TimeSpan.FromSeconds(61));
        (await sidecar.Http.GetAsync($"{Store}/k")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await sidecar.Http.GetAsync($"{Store}/forever")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await sidecar.PostAsync(Store, """[{"key": "k", "value": 2, "options": {"concurrency": "first-write"}}]""");
    }

    [Fact]
    public async Task Keys_carry_the_app_s_id_unless_keyPrefix_says_otherwise()
    {
        _folder.Component("own", "state.sqlite").Component("shared", "state.sqlite", ("keyPrefix", "none")).Component("named", "state.sqlite", ("keyPrefix", "name"));
        await using var sidecar = await TestSidecar.StartAsync(_folder, [new() { AppId = "one" }, new() { AppId = "two" }]);
        foreach (var store in new[] { "own", "shared", "named" })
        {
            (await sidecar["one"].PostAsync($"/v1.0/state/{store}", TestSidecar.Json("""[{"key": "k", "value": 1}]"""))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        (await sidecar["two"].GetAsync("/v1.0/state/own/k")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await sidecar["two"].GetStringAsync("/v1.0/state/shared/k")).ShouldBe("1");
        (await sidecar["two"].GetStringAsync("/v1.0/state/named/k")).ShouldBe("1");
    }

    [Theory]
    [InlineData("""{"key": "k"}""", "failed deserializing HTTP body")]
    [InlineData("""[{"value": 1}]""", "no \"key\"")]
    [InlineData("""[{"key": "a||b", "value": 1}]""", "can't contain '||'")]
    [InlineData("""[{"key": "k", "value": 1, "options": {"concurrency": "none"}}]""", "first-write, last-write")]
    [InlineData("""[{"key": "k", "value": 1, "metadata": {"ttlInSeconds": "x"}}]""", "ttlInSeconds")]
    public async Task A_malformed_request_is_refused_with_the_reason(string body, string reason)
    {
        await using var sidecar = await StartAsync("state.in-memory");
        var error = await sidecar.ErrorAsync(sidecar.Http.PostAsync(Store, TestSidecar.Json(body)), HttpStatusCode.BadRequest, "ERR_MALFORMED_REQUEST");
        error["message"]!.GetValue<string>().ShouldContain(reason);
    }

    [Fact]
    public async Task Entries_of_a_file_are_there_after_a_restart_and_two_components_may_share_it()
    {
        var file = _folder.PathOf("entries.db");
        _folder.Component("store", "state.sqlite", ("connectionString", file)).Component("other", "state.sqlite", ("connectionString", $"file:{file}?cache=shared"));
        await using (var sidecar = await TestSidecar.StartAsync(_folder))
        {
            await sidecar.PostAsync(Store, """[{"key": "k", "value": 1}]""");
            (await sidecar.Http.GetAsync("/v1.0/state/other/k")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        await using var again = await TestSidecar.StartAsync(_folder);
        (await again.Http.GetStringAsync($"{Store}/k")).ShouldBe("1");
    }

    [Fact]
    public async Task A_store_that_fails_is_tried_again_as_its_policy_says_and_left_alone_while_its_circuit_is_open()
    {
        var failures = 0;
        _folder.Component("store", "state.sqlite");
        _folder.Yaml("resiliency.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: {name: r}
            spec:
              policies:
                retries: {twice: {duration: 1ms, maxRetries: 2}}
                circuitBreakers: {soon: {trip: consecutiveFailures >= 4, timeout: 10m}}
              targets: {components: {store: {outbound: {retry: twice, circuitBreaker: soon}}}}
            """);
        await using var sidecar = await TestSidecar.StartAsync(_folder, onPoint: point =>
        {
            if (point == "sidecar.store.before-commit" && Interlocked.Decrement(ref failures) >= 0)
            {
                throw new IOException("no disk");
            }
        });

        failures = 2;
        await sidecar.PostAsync(Store, """[{"key": "k", "value": 1}]""");
        (await sidecar.Http.GetStringAsync($"{Store}/k")).ShouldBe("1");

        failures = 4;
        await sidecar.ErrorAsync(sidecar.Http.PostAsync(Store, TestSidecar.Json("""[{"key": "k", "value": 2}]""")), HttpStatusCode.InternalServerError, "ERR_STATE_SAVE");
        await sidecar.ErrorAsync(sidecar.Http.PostAsync(Store, TestSidecar.Json("""[{"key": "k", "value": 2}]""")), HttpStatusCode.InternalServerError, "ERR_STATE_SAVE");
        var open = await sidecar.ErrorAsync(sidecar.Http.GetAsync($"{Store}/k"), HttpStatusCode.InternalServerError, "ERR_STATE_GET");
        open["message"]!.GetValue<string>().ShouldContain("circuit breaker is open");
    }

    private async Task<TestSidecar> StartAsync(string type, TimeProvider? time = null)
    {
        _folder.Component("store", type);
        return await TestSidecar.StartAsync(_folder, time: time);
    }

    private static async Task<string> ETagAsync(TestSidecar sidecar, string key)
    {
        using var answer = await sidecar.Http.GetAsync($"{Store}/{key}");
        return answer.Headers.GetValues("ETag").Single();
    }
}
