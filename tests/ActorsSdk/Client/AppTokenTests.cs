using System.Net;
using Serverless.ActorsSdk.Tests.Actors;
using Serverless.ActorsSdk.Tests.Wire;

namespace Serverless.ActorsSdk.Tests.Client;

public sealed class AppTokenTests
{
    [Theory]
    [InlineData("GET", "dapr/config")]
    [InlineData("DELETE", "actors/CounterActor/a")]
    [InlineData("PUT", "actors/CounterActor/a/method/GetAsync")]
    [InlineData("PUT", "actors/CounterActor/a/method/remind/r")]
    [InlineData("PUT", "actors/CounterActor/a/method/timer/t")]
    public async Task A_call_that_does_not_show_the_app_s_token_is_refused(string method, string path)
    {
        await using var app = await StartAsync();
        foreach (var shown in new[] { null, "", "wrong", "right2" })
        {
            (await SendAsync(app, method, path, shown)).ShouldBe(HttpStatusCode.Unauthorized, $"shown: {shown}");
        }

        (await SendAsync(app, method, path, "right")).ShouldNotBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Health_needs_no_token()
    {
        await using var app = await StartAsync();
        (await SendAsync(app, "GET", "healthz", token: null)).ShouldBe(HttpStatusCode.OK);
    }

    private static Task<ActorApp> StartAsync() =>
        ActorApp.StartAsync(options => options.Actors.RegisterActor<CounterActor>(), services: null, ("APP_API_TOKEN", "right"));

    private static async Task<HttpStatusCode> SendAsync(ActorApp app, string method, string path, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("dapr-api-token", token);
        }

        using var reply = await app.Http.SendAsync(request);
        return reply.StatusCode;
    }
}
