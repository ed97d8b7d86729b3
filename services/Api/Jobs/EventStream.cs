using System.Globalization;
using System.Text.Json;
using MediatR;
using Serverless.Api.Hosting;
using Serverless.Api.Security;
using Serverless.Contracts.Status;
using Serverless.Jobs.Commands;

namespace Serverless.Api.Jobs;

/// <summary>
/// <c>GET /jobs/{id}/events</c>: server-sent events (WHATWG HTML, 9.2). Each state that the job enters is an event <c>status</c> whose id is its number in the
/// history, so that a client that comes back with <c>Last-Event-ID</c> misses none; between them <c>progress</c> events without an id. The stream ends
/// with the job.
/// </summary>
internal static class EventStream
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500), Heartbeat = TimeSpan.FromSeconds(15);

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet($"{JobResources.Root}/{{id}}/events", StreamAsync).RequireAuthorization(Scopes.Read).WithTags("jobs").WithName("streamJobEvents").WithMetadata(PublicRoute.Instance);

    private static async Task StreamAsync(string id, HttpContext context, IMediator mediator, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        var query = new GetJob(context.User.Tenant(), id);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (await mediator.Send(query, ended.Token) is not { } job)
        {
            await Problems.NotFound($"job {id}").ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        _ = int.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen);
        var (progress, written) = ("", time.GetTimestamp());
        await context.Response.WriteAsync("retry: 1000\n\n", ended.Token);
        try
        {
            while (job is not null)
            {
                foreach (var entry in job.State.History.Where(entry => entry.Number > seen))
                {
                    seen = entry.Number;
                    await WriteAsync(context, $"id: {entry.Number}\nevent: status\ndata: {JsonSerializer.Serialize(entry, ApiJson.Options)}\n\n", ended.Token);
                    written = time.GetTimestamp();
                }

                var resource = JobResources.Of(job);
                var now = JsonSerializer.Serialize(resource, ApiJson.Options);
                if (now != progress)
                {
                    progress = now;
                    await WriteAsync(context, $"event: progress\ndata: {now}\n\n", ended.Token);
                    written = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(written) >= Heartbeat)
                {
                    await WriteAsync(context, ": still here\n\n", ended.Token);
                    written = time.GetTimestamp();
                }

                if (JobTransitions.IsFinal(job.State.Status))
                {
                    return;
                }

                await Task.Delay(Interval, time, ended.Token);
                job = await mediator.Send(query, ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client went, or the service stops: the client comes back with the last id that it has.
        }
    }

    private static async Task WriteAsync(HttpContext context, string text, CancellationToken cancellation)
    {
        await context.Response.WriteAsync(text, cancellation);
        await context.Response.Body.FlushAsync(cancellation);
    }
}
