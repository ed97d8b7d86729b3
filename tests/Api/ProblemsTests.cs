using System.Net;
using System.Text.Json;
using Dapr;
using Dapr.Actors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Serverless.Api.Hosting;
using Serverless.Contracts.Errors;

namespace Serverless.Api.Tests;

/// <summary>What becomes of exceptions that no endpoint handled.</summary>
public sealed class ProblemsTests
{
    public static TheoryData<string, Exception, HttpStatusCode, string> Errors => new()
    {
        { "the sidecar is away", new HttpRequestException("connection refused"), HttpStatusCode.ServiceUnavailable, "unavailable" },
        { "the sidecar does not answer", new TimeoutException(), HttpStatusCode.ServiceUnavailable, "unavailable" },
        { "the actor's app was lost", new DaprApiException("app was lost", "ERR_ACTOR_INVOKE_METHOD", isTransient: false), HttpStatusCode.ServiceUnavailable, "unavailable" },
        { "the sidecar stops", new DaprApiException("closed", "ERR_ACTOR_RUNTIME_CLOSED", isTransient: false), HttpStatusCode.ServiceUnavailable, "unavailable" },
        { "the actor failed", new ActorMethodInvocationException("a bug", new InvalidOperationException(), isTransient: false), HttpStatusCode.InternalServerError, ErrorCodes.Internal },
        { "another error of the sidecar", new DaprApiException("no", "ERR_MALFORMED_REQUEST", isTransient: false), HttpStatusCode.InternalServerError, ErrorCodes.Internal },
        { "a bug", new InvalidOperationException("a secret"), HttpStatusCode.InternalServerError, ErrorCodes.Internal },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task An_error_that_passes_is_503_with_a_time_to_try_again_and_any_other_500(string why, Exception error, HttpStatusCode status, string code)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddProblems();
        await using var app = builder.Build();
        app.UseProblems();
        app.MapGet("/", string () => throw error);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var answer = await http.GetAsync("/");

        answer.StatusCode.ShouldBe(status, why);
        (answer.Headers.RetryAfter is not null).ShouldBe(status is HttpStatusCode.ServiceUnavailable);
        var text = await answer.Content.ReadAsStringAsync();
        using var problem = JsonDocument.Parse(text);
        problem.RootElement.GetProperty("code").GetString().ShouldBe(code);
        text.ShouldNotContain("secret");
    }
}
