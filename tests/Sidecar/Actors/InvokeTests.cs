using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Serverless.Sidecar.Tests.Actors;

public sealed class InvokeTests
{
    [Fact]
    public async Task A_call_reaches_the_app_as_a_put_with_its_headers_and_comes_back_with_the_answers()
    {
        await using var app = await ActorApp.StartAsync();
        app.Handler = async (context, call) =>
        {
            context.Response.Headers["X-Answer"] = "yes";
            context.Response.ContentType = "application/x-thing";
            await context.Response.WriteAsync($"got {call.Body}");
        };
        await using var sidecar = await ActorSidecar.StartAsync(app);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1.0/actors/Counter/a@b:1/method/Add?x=1")
        {
            Content = new StringContent("body", Encoding.UTF8, "application/x-body"),
            Headers = { { "X-DaprRequestHeader", "<xml/>" }, { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } },
        };
        using var response = await sidecar.Client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).ShouldBe("got body");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("X-Answer").ShouldBe(["yes"]);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-thing");
        var call = app.Calls.Single();
        call.Method.ShouldBe("PUT");
        call.Path.ShouldBe("/actors/Counter/a@b:1/method/Add?x=1");
        call.Headers["Content-Type"].ShouldStartWith("application/x-body");
        call.Headers["X-DaprRequestHeader"].ShouldBe("<xml/>");
        call.Headers["traceparent"].ShouldBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    [Fact]
    public async Task A_failure_of_the_remoting_protocol_passes_as_it_is()
    {
        await using var app = await ActorApp.StartAsync();
        app.Handler = async (context, _) =>
        {
            context.Response.Headers["X-DaprErrorResponseHeader"] = "<failed/>";
            await context.Response.WriteAsync("why");
        };
        await using var sidecar = await ActorSidecar.StartAsync(app);

        using var response = await sidecar.InvokeAsync("Counter/1", "Fail");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("X-DaprErrorResponseHeader").ShouldBe(["<failed/>"]);
        (await response.Content.ReadAsStringAsync()).ShouldBe("why");
    }

    [Theory]
    [InlineData(500, "error invoke actor method: error from actor service: (500) broken")]
    [InlineData(201, "error invoke actor method: error from actor service: (201) broken")]
    [InlineData(404, "error invoke actor method: actor method not found: actors/Counter/1/method/Fail")]
    public async Task Any_status_but_200_is_an_error_with_the_apps_text(int status, string message)
    {
        await using var app = await ActorApp.StartAsync();
        app.Handler = async (context, _) =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync("broken");
        };
        await using var sidecar = await ActorSidecar.StartAsync(app);

        var error = await sidecar.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Put, "/v1.0/actors/Counter/1/method/Fail");

        error.ShouldBe(("ERR_ACTOR_INVOKE_METHOD", message));
    }

    [Fact]
    public async Task An_id_with_a_slash_is_refused()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app);

        (await sidecar.FailsAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/v1.0/actors/Counter/a%2Fb/method/Add")).Code.ShouldBe("ERR_BAD_REQUEST");
        app.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_before_the_actor_is_called()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app, maxBodySize: 1000);

        var (code, message) = await sidecar.FailsAsync(HttpStatusCode.RequestEntityTooLarge, HttpMethod.Put, "/v1.0/actors/Counter/1/method/Add", new string('x', 1001));

        code.ShouldBe("ERR_BODY_READ");
        message.ShouldContain("1000 bytes");
        app.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Turns_of_one_actor_come_one_after_the_other_and_other_actors_are_not_held_up()
    {
        await using var app = await ActorApp.StartAsync();
        var release = new TaskCompletionSource();
        app.Handler = (_, call) => call.Path.EndsWith("slow", StringComparison.Ordinal) ? release.Task : Task.CompletedTask;
        await using var sidecar = await ActorSidecar.StartAsync(app);

        var slow = sidecar.InvokeAsync("Counter/1", "slow");
        await app.SeenAsync(call => call.Path.EndsWith("slow", StringComparison.Ordinal), "slow");
        var next = sidecar.InvokeAsync("Counter/1", "next");
        using var other = await sidecar.InvokeAsync("Counter/2", "other");
        app.Count("/next").ShouldBe(0);
        release.SetResult();

        (await slow).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await next).StatusCode.ShouldBe(HttpStatusCode.OK);
        app.Count("/next").ShouldBe(1);
    }

    [Fact]
    public async Task A_reentrant_actor_gets_an_id_by_which_it_may_be_called_again_until_the_stack_is_too_deep()
    {
        await using var app = await ActorApp.StartAsync(config: """{"entities":["Counter"],"reentrancy":{"enabled":true,"maxStackDepth":3}}""");
        ActorSidecar? used = null;
        List<HttpStatusCode> inner = [];
        app.Handler = async (_, call) =>
        {
            using var response = await used!.InvokeAsync("Counter/1", "again", chain: call.Headers["Dapr-Reentrancy-Id"]);
            inner.Add(response.StatusCode);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                (await response.Content.ReadAsStringAsync()).ShouldContain("ERR_ACTOR_STACK_DEPTH");
            }
        };
        await using var sidecar = used = await ActorSidecar.StartAsync(app);

        using var outer = await sidecar.InvokeAsync("Counter/1", "first");

        outer.StatusCode.ShouldBe(HttpStatusCode.OK);
        inner.ShouldBe([HttpStatusCode.InternalServerError, HttpStatusCode.OK, HttpStatusCode.OK]);
        app.Calls.Select(call => call.Headers["Dapr-Reentrancy-Id"]).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_type_that_no_app_hosts_fails_with_the_reason()
    {
        await using var app = await ActorApp.StartAsync();
        var time = new FakeTimeProvider();
        await using var sidecar = await ActorSidecar.StartAsync(app, time);

        var call = sidecar.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Put, "/v1.0/actors/Nobody/1/method/Add");
        await Eventually.WhileTimePasses(time, TimeSpan.FromMilliseconds(500), () => call.IsCompleted, "the call did not end");

        var (code, message) = await call;

        code.ShouldBe("ERR_ACTOR_INVOKE_METHOD");
        message.ShouldContain("did not find address for actor 'Nobody/1'");
    }

    [Fact]
    public async Task A_call_made_before_the_app_is_up_waits_for_it()
    {
        int port;
        await using (var first = await ActorApp.StartAsync())
        {
            port = first.Port;
        }

        await using var sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["app"] = port });
        var call = sidecar.InvokeAsync("Counter/1", "early");
        await using var app = await ActorApp.StartAsync(port);

        (await call).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
