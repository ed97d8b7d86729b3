using System.Diagnostics;
using Serverless.Api.Queue;

namespace Serverless.Api.Hosting;

/// <summary>
/// A span for each request of the API and each message of the queue: what a submitted job's trace begins with. (ASP.NET's own activity goes round every
/// call of the sidecar too, heartbeats among them, and is not exported; its trace is taken over, so that problem details name the trace that is.)
/// Attributes follow OpenTelemetry's conventions for HTTP; nothing of a body is among them.
/// </summary>
internal sealed class RequestTrace(RequestDelegate next)
{
    private static readonly ActivitySource Source = new("Serverless.Api");

    public async Task InvokeAsync(HttpContext context)
    {
        if (!Source.HasListeners() || context.GetEndpoint() is not RouteEndpoint endpoint || !IsTraced(context.Request.Path))
        {
            await next(context);
            return;
        }

        var route = endpoint.RoutePattern.RawText;
        using var span = Source.StartActivity($"{context.Request.Method} {route}", ActivityKind.Server, Parent());
        span?.SetTag("http.request.method", context.Request.Method).SetTag("http.route", route);
        try
        {
            await next(context);
            span?.SetTag("http.response.status_code", context.Response.StatusCode);
            if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            {
                span?.SetStatus(ActivityStatusCode.Error);
            }
        }
        catch (Exception error)
        {
            span?.SetTag("error.type", error.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    private static bool IsTraced(PathString path) => path.StartsWithSegments("/api", StringComparison.Ordinal) || path == $"/{QueueTrigger.Binding}";

    /// <summary>The caller's span; without one, none in the trace that ASP.NET began.</summary>
    private static ActivityContext Parent() => Activity.Current is not { } request
        ? default
        : new ActivityContext(
            request.TraceId, request.ParentSpanId, request.ParentSpanId == default ? ActivityTraceFlags.Recorded : request.ActivityTraceFlags, request.TraceStateString, isRemote: true);
}
