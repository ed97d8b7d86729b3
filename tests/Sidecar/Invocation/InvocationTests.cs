using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Serverless.Sidecar.Tests.Actors;

namespace Serverless.Sidecar.Tests.Invocation;

public sealed class InvocationTests
{
    [Theory]
    [InlineData("/v1.0/invoke/callee/method/api/v1/add%20it?x=1&y=%2F", null)]
    [InlineData("/api/v1/add%20it?x=1&y=%2F", "callee")]
    public async Task Any_verb_reaches_the_other_app_by_path_or_by_header(string path, string? header)
    {
        await using var callee = await ActorApp.StartAsync(config: "{}");
        callee.Handler = async (context, call) =>
        {
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            context.Response.Headers["X-Answer"] = "yes";
            await context.Response.WriteAsync($"{call.Method} {call.Body}");
        };
        await using var sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["caller"] = null, ["callee"] = callee.Port });

        using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = new StringContent("body", Encoding.UTF8, "text/plain") };
        request.Headers.Add("X-Question", "why");
        if (header is not null)
        {
            request.Headers.Add("dapr-app-id", header);
        }

        using var response = await sidecar.Client.SendAsync(request);

        response.StatusCode.ShouldBe((HttpStatusCode)418);
        response.Headers.GetValues("X-Answer").ShouldBe(["yes"]);
        (await response.Content.ReadAsStringAsync()).ShouldBe("PATCH body");
        var call = callee.Calls.Single();
        call.Path.ShouldBe("/api/v1/add it?x=1&y=%2F");
        call.Headers["X-Question"].ShouldBe("why");
        call.Headers["Dapr-Caller-App-Id"].ShouldBe("caller");
        call.Headers["Dapr-App-Id"].ShouldBe("callee");
    }

    [Fact]
    public async Task An_answer_without_a_body_passes()
    {
        await using var callee = await ActorApp.StartAsync(config: "{}");
        callee.Handler = (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };
        await using var sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["callee"] = callee.Port });

        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, "/v1.0/invoke/callee/method/thing");
        callee.Calls.Single().Method.ShouldBe("DELETE");
    }

    [Fact]
    public async Task A_path_cannot_lead_to_another_host()
    {
        await using var callee = await ActorApp.StartAsync(config: "{}");
        await using var sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["callee"] = callee.Port });

        await sidecar.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, "/v1.0/invoke/callee/method//example.com/x");

        callee.Calls.Single().Path.ShouldBe("//example.com/x");
    }

    [Theory]
    [InlineData("nobody", "it serves caller, gone")]
    [InlineData("caller", "has no port")]
    [InlineData("gone", "refused")]
    public async Task An_app_that_cannot_be_called_is_an_error_that_says_why(string target, string reason)
    {
        int port;
        await using (var app = await ActorApp.StartAsync())
        {
            port = app.Port;
        }

        await using var sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["caller"] = null, ["gone"] = port });

        var (code, message) = await sidecar.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Get, $"/v1.0/invoke/{target}/method/x");

        code.ShouldBe("ERR_DIRECT_INVOKE");
        message.ShouldStartWith($"failed to invoke, id: {target}, err: ");
        message.ShouldContain(reason);
    }

    [Fact]
    public async Task A_path_that_is_nothing_is_not_found()
    {
        await using var sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["app"] = null });

        var (code, message) = await sidecar.FailsAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/v1.0/nothing");

        code.ShouldBe("ERR_DIRECT_INVOKE");
        message.ShouldBe("failed getting app id either from the URL path or the header dapr-app-id");
    }

    [Fact]
    public async Task An_answer_is_streamed()
    {
        await using var callee = await ActorApp.StartAsync(config: "{}");
        var more = new TaskCompletionSource();
        callee.Handler = async (context, _) =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await more.Task;
            await context.Response.WriteAsync("second");
        };
        await using var sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["callee"] = callee.Port });

        using var response = await sidecar.Client.GetAsync("/v1.0/invoke/callee/method/stream", HttpCompletionOption.ResponseHeadersRead);
        var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[100];
        var read = await Eventually.In(body.ReadAsync(buffer).AsTask(), "the first part did not come");

        Encoding.UTF8.GetString(buffer, 0, read).ShouldBe("first");
        more.SetResult();
        using var rest = new StreamReader(body);
        (await rest.ReadToEndAsync()).ShouldBe("second");
    }
}
