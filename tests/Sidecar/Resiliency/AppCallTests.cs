using System.Net;
using Microsoft.AspNetCore.Http;
using Serverless.Sidecar.Tests.Components;

namespace Serverless.Sidecar.Tests.Resiliency;

public sealed class AppCallTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestApp _app = new();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Service_invocation_is_tried_again_by_the_target_s_policy_and_at_last_gives_the_app_s_own_answer()
    {
        var calls = 0;
        _app.On("/flaky", _ => Interlocked.Increment(ref calls) < 3 ? Results.StatusCode(503) : Results.Text("at last")).On("/broken", _ => Results.Text("no", statusCode: 500));
        await _app.StartAsync();
        _folder.Yaml("resiliency.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: {name: r}
            spec: {policies: {retries: {soon: {policy: constant, duration: 1ms, maxRetries: 2}}}, targets: {apps: {callee: {retry: soon}}}}
            """);
        await using var sidecar = await TestSidecar.StartAsync(_folder, [new() { AppId = "caller" }, _app.As("callee")]);

        using var good = await sidecar["caller"].PostAsync("/v1.0/invoke/callee/method/flaky", TestSidecar.Json("1"));
        (await good.Content.ReadAsStringAsync()).ShouldBe("at last");
        using var bad = await sidecar["caller"].PostAsync("/v1.0/invoke/callee/method/broken", TestSidecar.Json("1"));
        bad.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await bad.Content.ReadAsStringAsync()).ShouldBe("no");
        _app.Requests.Count(request => request.Path == "/broken").ShouldBe(3);
    }
}
