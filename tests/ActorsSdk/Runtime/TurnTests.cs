using System.Net;
using Dapr.Actors;
using Microsoft.Extensions.DependencyInjection;
using Serverless.ActorsSdk.Tests.Actors;
using Serverless.ActorsSdk.Tests.Wire;

namespace Serverless.ActorsSdk.Tests.Runtime;

/// <summary>State, failure and re-entrance of whole calls, over HTTP.</summary>
public sealed class TurnTests
{
    private readonly LifeEvents _events = new();

    [Fact]
    public async Task A_call_that_throws_saves_nothing_and_the_next_call_reads_what_was_stored()
    {
        await using var app = await StartAsync();
        app.Sidecar.State["LifeActor/a/n"] = "1";
        var read = new List<int>();
        _events.Steps["spoil"] = async actor =>
        {
            read.Add(await actor.StateManager.GetStateAsync<int>("n"));
            await actor.StateManager.SetStateAsync("n", 2);
            await actor.StateManager.SetStateAsync("m", 2);
            throw new InvalidOperationException("boom");
        };
        _events.Steps["look"] = async actor =>
        {
            read.Add(await actor.StateManager.GetStateAsync<int>("n"));
            (await actor.StateManager.TryGetStateAsync<int>("m")).HasValue.ShouldBeFalse();
        };
        (await CallAsync(app, "spoil")).ShouldBe(HttpStatusCode.InternalServerError);
        (await CallAsync(app, "look")).ShouldBe(HttpStatusCode.OK);
        read.ShouldBe([1, 1]);
        app.Sidecar.Transactions.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_save_that_fails_fails_the_call_and_drops_the_cache()
    {
        await using var app = await StartAsync();
        _events.Steps["set"] = actor => actor.StateManager.SetStateAsync("n", 2);
        _events.Steps["look"] = async actor => (await actor.StateManager.ContainsStateAsync("n")).ShouldBeFalse();
        app.Sidecar.Intercept = context =>
        {
            context.Response.StatusCode = 500;
            return Task.FromResult(context.Request.Method == "PUT");
        };
        (await CallAsync(app, "set")).ShouldBe(HttpStatusCode.InternalServerError);
        app.Sidecar.Intercept = _ => Task.FromResult(false);
        (await CallAsync(app, "look")).ShouldBe(HttpStatusCode.OK);
        _events.Seen.ShouldContain("failed The sidecar answered 500 and did not say why.");
    }

    [Fact]
    public async Task Changes_of_the_activation_are_saved_and_those_of_the_deactivation_are_not()
    {
        await using var app = await StartAsync();
        _events.Steps["activate"] = actor => actor.StateManager.SetStateAsync("in", 1);
        _events.Steps["deactivate"] = actor => actor.StateManager.SetStateAsync("out", 1);
        await CallAsync(app, "work");
        await app.Http.DeleteAsync(new Uri("actors/LifeActor/a", UriKind.Relative));
        app.Sidecar.Transactions.ShouldBe(["""[{"operation":"upsert","request":{"key":"in","value":1}}]"""]);
    }

    [Fact]
    public async Task An_expired_value_is_absent_even_when_the_sidecar_still_sends_it()
    {
        await using var app = await StartAsync();
        app.Sidecar.State["LifeActor/a/n"] = "1";
        app.Sidecar.Expiry["LifeActor/a/n"] = "2020-01-01T00:00:00Z";
        _events.Steps["look"] = async actor => (await actor.StateManager.TryGetStateAsync<int>("n")).HasValue.ShouldBeFalse();
        (await CallAsync(app, "look")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_actor_can_call_itself_in_a_chain_and_all_enters_come_before_all_exits()
    {
        await using var app = await StartAsync();
        var depth = 0;
        var order = new List<string>();
        _events.Steps["dive"] = async actor =>
        {
            var level = ++depth;
            order.Add($"enter {level}");
            await actor.StateManager.SetStateAsync("level", level);
            if (level < 4)
            {
                await actor.StateManager.SaveStateAsync();
                await app.Proxies.CreateActorProxy<ILifeActor>(new ActorId("a"), "LifeActor").WorkAsync("dive");
            }

            order.Add($"exit {level}");
        };
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("actors/LifeActor/a/method/WorkAsync", UriKind.Relative)) { Content = new StringContent("\"dive\"") };
        request.Headers.Add("Dapr-Reentrancy-Id", "chain-1");
        (await app.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        order.ShouldBe(["enter 1", "enter 2", "enter 3", "enter 4", "exit 4", "exit 3", "exit 2", "exit 1"]);
        app.Sidecar.Log.Count(line => line == "    Dapr-Reentrancy-Id: chain-1").ShouldBe(3, "calls within the chain did not carry its id");
        _events.Seen.Count(seen => seen == "constructed").ShouldBe(1);
    }

    [Fact]
    public async Task A_chain_reads_afresh_and_what_it_saves_is_seen_by_calls_outside_of_it()
    {
        await using var app = await StartAsync();
        var read = new List<int>();
        _events.Steps["count"] = async actor =>
        {
            var n = await actor.StateManager.GetOrAddStateAsync("n", 0);
            read.Add(n);
            await actor.StateManager.SetStateAsync("n", n + 1);
        };
        await CallAsync(app, "count");
        await CallAsync(app, "count", chain: "x");
        await CallAsync(app, "count");
        app.Sidecar.State["LifeActor/a/n"] = "70";
        await CallAsync(app, "count", chain: "y");
        read.ShouldBe([0, 1, 2, 70]);
    }

    [Fact]
    public async Task Calls_without_a_chain_carry_none()
    {
        await using var app = await StartAsync();
        _events.Steps["ask"] = _ => app.Proxies.Create(new ActorId("b"), "LifeActor").InvokeMethodAsync("WorkAsync", "work");
        await CallAsync(app, "ask");
        app.Sidecar.Log.ShouldNotContain(line => line.Contains("Dapr-Reentrancy-Id", StringComparison.Ordinal));
        _events.Seen.ShouldContain("work");
    }

    private Task<ActorApp> StartAsync() => ActorApp.StartAsync(
        options => options.Actors.RegisterActor<LifeActor>(),
        services => services.AddSingleton(_events).AddScoped<LifeScope>());

    private static async Task<HttpStatusCode> CallAsync(ActorApp app, string what, string? chain = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("actors/LifeActor/a/method/WorkAsync", UriKind.Relative)) { Content = new StringContent($"\"{what}\"") };
        if (chain is not null)
        {
            request.Headers.Add("Dapr-Reentrancy-Id", chain);
        }

        using var reply = await app.Http.SendAsync(request);
        return reply.StatusCode;
    }
}
