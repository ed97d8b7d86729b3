using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Serverless.Sidecar.Tests.Actors;

public sealed class AppLifeTests : IAsyncDisposable
{
    private const string Drains = """{"entities":["Counter"],"drainOngoingCallTimeout":"30s","drainRebalancedActors":true}""";
    private ActorApp _a = null!;
    private ActorApp _b = null!;
    private ActorSidecar _sidecar = null!;

    public async ValueTask DisposeAsync()
    {
        await _sidecar.DisposeAsync();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    [Fact]
    public async Task Actors_of_a_lost_app_move_and_come_back_with_it()
    {
        await StartAsync();
        var actor = await ActorOfAsync(_b);

        await _b.DisposeAsync();
        await AnswersAsync(actor, _a);
        _b = await ActorApp.StartAsync(_b.Port, Drains);

        await AnswersAsync(actor, _b);
        await _a.SeenAsync(call => call.Method == "DELETE" && call.Path == $"/actors/{actor}", "deactivation of the actor that moved");
    }

    [Fact]
    public async Task A_call_that_runs_on_a_lost_app_fails_at_once_and_is_not_made_again()
    {
        await StartAsync();
        var actor = await ActorOfAsync(_b);
        _b.Handler = (_, call) => call.Path.EndsWith("slow", StringComparison.Ordinal) ? new TaskCompletionSource().Task : Task.CompletedTask;
        var slow = _sidecar.InvokeAsync(actor, "slow");
        await _b.SeenAsync(call => call.Path.EndsWith("slow", StringComparison.Ordinal), "slow");

        await _b.DisposeAsync();

        using var response = await Eventually.In(slow, "the call did not end with its app");
        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await response.Content.ReadAsStringAsync()).ShouldContain("ERR_ACTOR_INVOKE_METHOD");
        await AnswersAsync(actor, _a);
        _a.Count("/slow").ShouldBe(0);
    }

    [Fact]
    public async Task A_move_waits_for_the_running_turn()
    {
        await StartAsync();
        var actor = await ActorOfAsync(_b);
        await _b.DisposeAsync();
        await AnswersAsync(actor, _a);
        var release = new TaskCompletionSource();
        _a.Handler = (_, call) => call.Path.EndsWith("slow", StringComparison.Ordinal) ? release.Task : Task.CompletedTask;
        var slow = _sidecar.InvokeAsync(actor, "slow");
        await _a.SeenAsync(call => call.Path.EndsWith("slow", StringComparison.Ordinal), "slow");

        _b = await ActorApp.StartAsync(_b.Port, Drains);
        await UpAsync("b");
        var next = _sidecar.InvokeAsync(actor, "next");
        await _sidecar.ActivateAsync(await ActorOfAsync(_b, from: 100));
        _b.Count("/next").ShouldBe(0);
        _a.Calls.ShouldNotContain(call => call.Method == "DELETE" && call.Path == $"/actors/{actor}");
        release.SetResult();

        (await slow).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await next).StatusCode.ShouldBe(HttpStatusCode.OK);
        _b.Count("/next").ShouldBe(1);
        _a.Calls.ShouldContain(call => call.Method == "DELETE" && call.Path == $"/actors/{actor}");
    }

    [Fact]
    public async Task A_turn_that_outlasts_the_drain_can_no_longer_write_state()
    {
        await StartAsync(drains: """{"entities":["Counter"],"drainRebalancedActors":false}""");
        var actor = await ActorOfAsync(_b);
        await _b.DisposeAsync();
        await AnswersAsync(actor, _a);
        var release = new TaskCompletionSource();
        _a.Handler = (_, call) => call.Path.EndsWith("slow", StringComparison.Ordinal) ? release.Task : Task.CompletedTask;
        var slow = _sidecar.InvokeAsync(actor, "slow");
        await _a.SeenAsync(call => call.Path.EndsWith("slow", StringComparison.Ordinal), "slow");

        _b = await ActorApp.StartAsync(_b.Port, Drains);
        await AnswersAsync(actor, _b);
        var refused = await _sidecar.FailsAsync(HttpStatusCode.BadRequest, HttpMethod.Put, $"/v1.0/actors/{actor}/state", """[{"operation":"upsert","request":{"key":"a","value":1}}]""");

        refused.Code.ShouldBe("ERR_ACTOR_INSTANCE_MISSING");
        release.SetResult();
        (await slow).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_app_that_comes_back_with_other_types_hosts_those()
    {
        await StartAsync();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        _b = await ActorApp.StartAsync(_b.Port, """{"entities":["Other"]}""");

        await AnswersAsync("Other/1", _b);
        await Eventually.True(async () => (await TypesAsync("b")).SequenceEqual(["Other"]) && (await TypesAsync("a")).Count == 0, "the old type is still there");
    }

    [Fact]
    public async Task A_reminder_that_falls_due_without_a_host_comes_when_there_is_one()
    {
        var time = new FakeTimeProvider();
        await StartAsync(time);
        using var b = _sidecar.ClientOf("b");
        (await b.PutAsync("/v1.0/actors/Counter/1/reminders/wake", new StringContent("""{"dueTime":"1h"}"""))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await Eventually.True(async () => !await IsUpAsync("a") && !await IsUpAsync("b"), "the apps are still up");
        time.Advance(TimeSpan.FromHours(2));

        _b = await ActorApp.StartAsync(_b.Port, Drains);
        await Eventually.WhileTimePasses(time, TimeSpan.FromMilliseconds(100), () => _b.Count("/method/remind/wake") == 1, "the reminder did not come");
    }

    private async Task StartAsync(TimeProvider? time = null, string drains = Drains)
    {
        _a = await ActorApp.StartAsync(config: drains);
        _b = await ActorApp.StartAsync(config: drains);
        _sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["a"] = _a.Port, ["b"] = _b.Port }, time);
        await UpAsync("a");
        await UpAsync("b");
    }

    private Task UpAsync(string app) => Eventually.True(() => IsUpAsync(app), $"app {app} did not come up");

    private async Task<JsonNode> RuntimeAsync(string app)
    {
        using var client = _sidecar.ClientOf(app);
        return JsonNode.Parse(await client.GetStringAsync("/v1.0/metadata"))!["actorRuntime"]!;
    }

    private async Task<bool> IsUpAsync(string app) => (await RuntimeAsync(app))["hostReady"]!.GetValue<bool>();

    private async Task<List<string>> TypesAsync(string app) => [.. (await RuntimeAsync(app))["activeActors"]!.AsArray().Select(type => type!["type"]!.GetValue<string>())];

    /// <summary>Calls actors until one runs in the app.</summary>
    private async Task<string> ActorOfAsync(ActorApp app, int from = 0)
    {
        for (var id = from; id < from + 100; id++)
        {
            await _sidecar.ActivateAsync($"Counter/{id}");
            if (app.Calls.Any(call => call.Path == $"/actors/Counter/{id}/method/hello"))
            {
                return $"Counter/{id}";
            }
        }

        throw new InvalidOperationException("none of 100 actors runs in the app");
    }

    private Task AnswersAsync(string actor, ActorApp app) => Eventually.True(
        async () =>
        {
            var before = app.Calls.Count(call => call.Path == $"/actors/{actor}/method/hello");
            using var response = await _sidecar.InvokeAsync(actor, "hello");
            return response.StatusCode == HttpStatusCode.OK && app.Calls.Count(call => call.Path == $"/actors/{actor}/method/hello") > before;
        },
        $"{actor} does not answer in the app");
}
