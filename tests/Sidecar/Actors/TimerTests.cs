using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Serverless.Sidecar.Tests.Actors;

public sealed class TimerTests
{
    private const string TimerPath = "/v1.0/actors/Counter/1/timers/tick";
    private const string Callback = "/actors/Counter/1/method/timer/tick";
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_timer_comes_by_its_schedule_until_it_is_removed()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app, _time);
        await sidecar.ActivateAsync("Counter/1");
        await SetAsync(sidecar, """{"dueTime":"0h0m10s0ms","period":"0h0m5s0ms","data":"aGVsbG8=","callback":"OnTick"}""");

        _time.Advance(TimeSpan.FromSeconds(9));
        app.Count(Callback).ShouldBe(0);
        await CountAsync(app, 3);
        var call = app.Calls.First(seen => seen.Path == Callback);
        call.Method.ShouldBe("PUT");
        JsonNode.Parse(call.Body)!.ToJsonString().ShouldBe("""{"data":"aGVsbG8=","dueTime":"0h0m10s0ms","period":"0h0m5s0ms","callback":"OnTick"}""");

        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, TimerPath);
        var count = app.Count(Callback);
        Pass(60);
        app.Count(Callback).ShouldBe(count);
    }

    [Theory]
    [InlineData("""{"dueTime":"1s","period":"R3/PT1S"}""")]
    [InlineData("""{"dueTime":"1s","period":"30s","ttl":"75s"}""")]
    public async Task Repetitions_and_a_time_to_live_end_it(string body)
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app, _time);
        await sidecar.ActivateAsync("Counter/1");
        await SetAsync(sidecar, body);

        await CountAsync(app, 3);
        await sidecar.ActivateAsync("Counter/1");
        Pass(120);
        await sidecar.ActivateAsync("Counter/1");
        app.Count(Callback).ShouldBe(3);
    }

    [Fact]
    public async Task A_timer_needs_an_active_actor()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app, _time);

        (await sidecar.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Put, TimerPath, """{"dueTime":"1s"}""")).Code.ShouldBe("ERR_ACTOR_TIMER_CREATE");
    }

    [Fact]
    public async Task A_timer_that_fails_comes_again_at_its_next_time()
    {
        await using var app = await ActorApp.StartAsync();
        app.Handler = (context, call) =>
        {
            context.Response.StatusCode = call.Path == Callback ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
            return Task.CompletedTask;
        };
        await using var sidecar = await ActorSidecar.StartAsync(app, _time);
        await sidecar.ActivateAsync("Counter/1");
        await SetAsync(sidecar, """{"dueTime":"1s","period":"1s"}""");

        await CountAsync(app, 3);
    }

    [Fact]
    public async Task An_idle_actor_is_deactivated_and_its_timers_end_with_it()
    {
        await using var app = await ActorApp.StartAsync(config: """{"entities":["Counter"],"actorIdleTimeout":"1m","actorScanInterval":"10s"}""");
        await using var sidecar = await ActorSidecar.StartAsync(app, _time);
        await sidecar.ActivateAsync("Counter/1");
        await SetAsync(sidecar, """{"dueTime":"1h"}""");

        Pass(45);
        app.Calls.ShouldNotContain(call => call.Method == "DELETE");
        await Eventually.WhileTimePasses(
            _time, TimeSpan.FromSeconds(1), () => app.Calls.Any(call => call.Method == "DELETE" && call.Path == "/actors/Counter/1"), "the idle actor was not deactivated");
        Pass(2 * 3600);
        await sidecar.ActivateAsync("Counter/1");
        app.Count(Callback).ShouldBe(0);
    }

    [Fact]
    public async Task Timers_keep_their_actor_active_and_so_does_a_running_turn()
    {
        await using var app = await ActorApp.StartAsync(config: """{"entities":["Counter"],"actorIdleTimeout":"10s","actorScanInterval":"1s"}""");
        var release = new TaskCompletionSource();
        app.Handler = (_, call) => call.Path.EndsWith("slow", StringComparison.Ordinal) ? release.Task : Task.CompletedTask;
        await using var sidecar = await ActorSidecar.StartAsync(app, _time);
        await sidecar.ActivateAsync("Counter/1");
        await SetAsync(sidecar, """{"dueTime":"5s","period":"5s"}""");
        var slow = sidecar.InvokeAsync("Counter/2", "slow");
        await app.SeenAsync(call => call.Path.EndsWith("slow", StringComparison.Ordinal), "slow");

        await CountAsync(app, 10);
        app.Calls.ShouldNotContain(call => call.Method == "DELETE");
        release.SetResult();
        (await slow).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<string> SetAsync(ActorSidecar sidecar, string body) => sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Put, TimerPath, body);

    private Task CountAsync(ActorApp app, int count) => Eventually.WhileTimePasses(
        _time, TimeSpan.FromMilliseconds(250), () => app.Count(Callback) >= count, $"the timer did not come {count} time(s)");

    private void Pass(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
