using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Serverless.Sidecar.Tests.Components;

namespace Serverless.Sidecar.Tests.PubSub;

public sealed class PubSubTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestApp _app = new();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("pubsub.in-memory")]
    [InlineData("pubsub.sqlite")]
    public async Task A_published_message_reaches_the_subscribed_route_as_a_cloud_event(string type)
    {
        Subscribe("""[{"pubsubname": "bus", "topic": "orders", "route": "/orders"}]""").On("/orders", _ => Results.Ok());
        await using var sidecar = await StartAsync(type);

        await PublishedAsync(sidecar, "orders", """{"id": 7}""", "/orders");
        using var text = new StringContent("plain", Encoding.UTF8, "text/plain");
        (await sidecar.Http.PostAsync("/v1.0/publish/bus/orders?metadata.ttlInSeconds=60&metadata.cloudevent.type=custom", text)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await sidecar.Http.PostAsync("/v1.0/publish/bus/orders", new ByteArrayContent([1, 2]) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } })).EnsureSuccessStatusCode();
        using var own = new StringContent("""{"specversion": "1.0", "type": "mine", "source": "me", "id": "own-1", "data": {"x": 1}}""");
        own.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json");
        (await sidecar.Http.PostAsync("/v1.0/publish/bus/orders", own)).EnsureSuccessStatusCode();

        var events = (await _app.WaitAsync(3, request => request.Path == "/orders" && request.Json["datacontenttype"]?.GetValue<string>() != "application/json; charset=utf-8", "three more events")).Select(request => request.Json).ToArray();
        var plain = events.Single(item => item["data"] is JsonValue);
        plain["data"]!.GetValue<string>().ShouldBe("plain");
        plain["type"]!.GetValue<string>().ShouldBe("custom");
        plain["expiration"].ShouldNotBeNull();
        events.Single(item => item["data_base64"] is not null)["data_base64"]!.GetValue<string>().ShouldBe("AQI=");
        var mine = events.Single(item => item["id"]!.GetValue<string>() == "own-1");
        mine["type"]!.GetValue<string>().ShouldBe("mine");
        mine["topic"]!.GetValue<string>().ShouldBe("orders");

        var json = _app.Requests.First(request => request.Path == "/orders");
        json.Headers["Content-Type"].ShouldBe("application/cloudevents+json");
        json.Json["data"]!.ToJsonString().ShouldBe("""{"id":7}""");
        json.Json["pubsubname"]!.GetValue<string>().ShouldBe("bus");
        json.Json["source"]!.GetValue<string>().ShouldBe("app");
        json.Json["specversion"]!.GetValue<string>().ShouldBe("1.0");
        json.Json["type"]!.GetValue<string>().ShouldBe("com.dapr.event.sent");
    }

    [Fact]
    public async Task Rules_choose_the_route_and_the_default_takes_the_rest()
    {
        Subscribe("""
            [{"pubsubname": "bus", "topic": "t", "routes": {"rules": [{"match": "event.type == 'big' && event.data.size > 5", "path": "/big"}, {"match": "event.data.tag.startsWith('x')", "path": "/x"}], "default": "/rest"}}]
            """).On("/big", _ => Results.Ok()).On("/x", _ => Results.Ok()).On("/rest", _ => Results.Ok());
        await using var sidecar = await StartAsync("pubsub.in-memory");
        await PublishedAsync(sidecar, "t", "{}", "/rest");

        await sidecar.PostAsync("/v1.0/publish/bus/t?metadata.cloudevent.type=big", """{"size": 6}""");
        await sidecar.PostAsync("/v1.0/publish/bus/t?metadata.cloudevent.type=big", """{"size": 5, "tag": "none"}""");
        await sidecar.PostAsync("/v1.0/publish/bus/t", """{"tag": "xy"}""");

        await _app.WaitAsync(1, "/big");
        await _app.WaitAsync(1, "/x");
        await _app.WaitAsync(1, request => request.Path == "/rest" && request.Body.Contains("none", StringComparison.Ordinal), "the small one");
    }

    [Fact]
    public async Task Raw_payloads_go_as_they_are_and_a_raw_subscriber_gets_them_as_base64()
    {
        Subscribe("""[{"pubsubname": "bus", "topic": "raw", "route": "/raw", "metadata": {"rawPayload": "true"}}, {"pubsubname": "bus", "topic": "t", "route": "/t"}]""")
            .On("/raw", _ => Results.Ok()).On("/t", _ => Results.Ok());
        await using var sidecar = await StartAsync("pubsub.in-memory");
        await PublishedAsync(sidecar, "t", "{}", "/t");

        await sidecar.PostAsync("/v1.0/publish/bus/raw?metadata.rawPayload=true", """{"a": 1}""");

        var raw = (await _app.WaitAsync(1, "/raw"))[0];
        Encoding.UTF8.GetString(Convert.FromBase64String(raw.Json["data_base64"]!.GetValue<string>())).ShouldBe("""{"a": 1}""");
    }

    [Fact]
    public async Task A_bulk_is_published_with_the_content_type_of_each_entry_and_bad_entries_are_named()
    {
        Subscribe("""[{"pubsubname": "bus", "topic": "t", "route": "/t"}]""").On("/t", _ => Results.Ok());
        await using var sidecar = await StartAsync("pubsub.sqlite");
        await PublishedAsync(sidecar, "t", "{}", "/t");

        await sidecar.PostAsync("/v1.0-alpha1/publish/bulk/bus/t", """[{"entryId": "1", "event": "first", "contentType": "text/plain"}, {"entryId": "2", "event": {"m": 2}, "contentType": "application/json"}]""");
        await _app.WaitAsync(1, request => request.Path == "/t" && request.Json["data"]?.ToJsonString() == "\"first\"", "the text");
        await _app.WaitAsync(1, request => request.Path == "/t" && request.Json["data"]?.ToJsonString() == """{"m":2}""", "the object");

        await sidecar.ErrorAsync(sidecar.Http.PostAsync("/v1.0/publish/bulk/bus/t", TestSidecar.Json("""[{"entryId": "1", "event": 1}, {"entryId": "1", "event": 2}]""")), HttpStatusCode.BadRequest, "ERR_PUBSUB_EVENTS_SER");
        await sidecar.ErrorAsync(sidecar.Http.PostAsync("/v1.0/publish/other/t", TestSidecar.Json("1")), HttpStatusCode.NotFound, "ERR_PUBSUB_NOT_FOUND");
    }

    [Theory]
    [InlineData("RETRY")]
    [InlineData("status 500")]
    [InlineData("DROP")]
    public async Task A_message_that_is_never_accepted_goes_to_the_dead_letter_topic_and_holds_up_no_other(string answer)
    {
        Subscribe("""[{"pubsubname": "bus", "topic": "t", "route": "/t", "deadLetterTopic": "dead"}, {"pubsubname": "bus", "topic": "dead", "route": "/dead"}]""")
            .On("/dead", _ => Results.Ok())
            .On("/t", request => !request.Body.Contains("poison", StringComparison.Ordinal) ? Results.Ok() : answer == "status 500" ? Results.StatusCode(500) : Results.Json(new { status = answer }));
        await using var sidecar = await StartAsync("pubsub.sqlite", ("maxDeliveryAttempts", "3"), ("maxBackoff", "10ms"), ("maxInFlight", "1"));
        await PublishedAsync(sidecar, "t", "{}", "/t");

        await sidecar.PostAsync("/v1.0/publish/bus/t", "\"poison\"");
        await sidecar.PostAsync("/v1.0/publish/bus/t", "\"good\"");

        await _app.WaitAsync(1, request => request.Path == "/t" && request.Body.Contains("good", StringComparison.Ordinal), "the good one");
        await _app.WaitAsync(1, request => request.Path == "/dead" && request.Body.Contains("poison", StringComparison.Ordinal), "the dead letter");
        _app.Requests.Count(request => request.Path == "/t" && request.Body.Contains("poison", StringComparison.Ordinal)).ShouldBe(answer == "DROP" ? 1 : 3);
    }

    [Fact]
    public async Task Messages_of_the_durable_bus_wait_for_an_app_that_is_away_and_for_a_sidecar_that_is_restarted()
    {
        var accept = false;
        Subscribe("""[{"pubsubname": "bus", "topic": "t", "route": "/t"}]""").On("/t", _ => Volatile.Read(ref accept) ? Results.Ok() : Results.StatusCode(503));
        _folder.Component("bus", "pubsub.sqlite", ("maxBackoff", "10ms"), ("maxDeliveryAttempts", "1000000"));
        await _app.StartAsync();
        await using (var sidecar = await TestSidecar.StartAsync(_folder, [_app.As("app")], _folder.PathOf("state.db")))
        {
            await PublishedAsync(sidecar, "t", "\"kept\"", "/t");
            await _app.StopAsync();
            await sidecar.PostAsync("/v1.0/publish/bus/t", "\"while away\"");
        }

        Volatile.Write(ref accept, true);
        await using var again = await TestSidecar.StartAsync(_folder, [_app.As("app")], _folder.PathOf("state.db"));
        await again.PostAsync("/v1.0/publish/bus/t", "\"after\"");
        await _app.StartAsync();

        foreach (var text in new[] { "kept", "while away", "after" })
        {
            await _app.WaitAsync(1, request => request.Body.Contains(text, StringComparison.Ordinal), text);
        }
    }

    [Fact]
    public async Task Each_app_gets_each_message_and_a_declared_subscription_counts_for_the_apps_it_names()
    {
        await using var other = new TestApp().On("/declared", _ => Results.Ok());
        await other.StartAsync();
        Subscribe("""[{"pubsubname": "bus", "topic": "t", "route": "/t"}]""").On("/t", _ => Results.Ok());
        await _app.StartAsync();
        _folder.Component("bus", "pubsub.in-memory").Yaml("subscription.yaml", """
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata: {name: s}
            spec: {pubsubname: bus, topic: t, routes: {default: /declared}}
            scopes: [other]
            """);
        await using var sidecar = await TestSidecar.StartAsync(_folder, [_app.As("app"), other.As("other")]);

        await PublishedAsync(sidecar, "t", "1", "/t");
        await PublishedAsync(sidecar, "t", "2", "/declared", other);
        await sidecar.PostAsync("/v1.0/publish/bus/t", "\"both\"");
        await _app.WaitAsync(1, request => request.Body.Contains("both", StringComparison.Ordinal), "the first app");
        await other.WaitAsync(1, request => request.Body.Contains("both", StringComparison.Ordinal), "the second app");
        other.Requests.ShouldAllBe(request => request.Path == "/declared");
    }

    private TestApp Subscribe(string answer) => _app.On("/dapr/subscribe", _ => Results.Text(answer, "application/json"));

    private async Task<TestSidecar> StartAsync(string type, params (string, string)[] properties)
    {
        _folder.Component("bus", type, properties);
        await _app.StartAsync();
        return await TestSidecar.StartAsync(_folder, [_app.As("app")]);
    }

    /// <summary>Publishes until the subscription, which begins some time after the start, brings one of the messages.</summary>
    private async Task PublishedAsync(TestSidecar sidecar, string topic, string json, string path, TestApp? app = null)
    {
        app ??= _app;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!app.Requests.Any(request => request.Path == path))
        {
            patience.IsCancellationRequested.ShouldBeFalse($"no message came to {path}");
            await sidecar.PostAsync($"/v1.0/publish/bus/{topic}", json);
        }
    }
}
