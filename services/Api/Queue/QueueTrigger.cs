using Dapr.SidecarApi;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Serverless.Api.Hosting;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Validation;
using Serverless.Jobs;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Commands;
using Serverless.Jobs.Messages;
using Serverless.Processing.Specs;
using Serverless.Storage;
using Serverless.Storage.Blobs;

namespace Serverless.Api.Queue;

/// <summary>
/// The input binding <c>job-queue</c>. A message is acknowledged (2xx) only after its job is durable. The same message again is the same job: by the spec's
/// id, else by the content. What can never become a job goes to the dead letters with the reason, and is acknowledged; what may pass is not, and
/// comes again. A message at which the service died, or failed in a way that nobody foresaw, has <see cref="MaxAttempts"/> attempts.
/// </summary>
internal sealed partial class QueueTrigger(IMediator mediator, JobActors actors, DeadLetters letters, QueueOptions options, JobsOptions jobs, ILogger<QueueTrigger> logger)
{
    /// <summary>Name of the input binding, which is its route.</summary>
    public const string Binding = "job-queue";

    /// <summary>Attempts at a message that end with the process, or with an error that is no answer.</summary>
    public const int MaxAttempts = 5;

    private const int MaxBytes = 8 << 20;
    private static readonly string TooLarge = $"the document has more than {MaxBytes >> 20} MiB, the most that the queue takes; put the rows into a file and name it in input.uri";

    public static void Map(IEndpointRouteBuilder routes)
    {
        // The sidecar asks whether this app wants the binding.
        routes.MapMethods($"/{Binding}", [HttpMethods.Options], () => Results.Ok()).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost($"/{Binding}", (HttpContext context, QueueTrigger trigger) => trigger.HandleAsync(context)).AllowAnonymous().ExcludeFromDescription();
    }

    private async Task<IResult> HandleAsync(HttpContext context)
    {
        // Whatever its size, a message must come to an end, here or among the dead letters.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var cancellation = context.RequestAborted;
        var body = await ReadAsync(context.Request.Body, cancellation);
        if (body.Length > MaxBytes)
        {
            return await BuryAsync(TooLarge, body, context.Request.Body, cancellation);
        }

        var message = QueueMessage.Read(body);
        var attempts = actors.Message(message.Hash);
        var attempt = await attempts.BeginAsync();
        var result = attempt.Count > MaxAttempts
            ? await BuryAsync($"the service died or failed at each of {MaxAttempts} attempts at this message; the last error: {attempt.LastFailure ?? "none was left"}", message.Content, null, cancellation)
            : await TryAsync(message, attempts, cancellation);
        await attempts.EndAsync();
        return result;
    }

    /// <summary>What has nothing to do with the message is the answer 503, after which it comes again, uncounted; what nobody foresaw is thrown, and counted.</summary>
    private async Task<IResult> TryAsync(QueueMessage message, IMessageActor attempts, CancellationToken cancellation)
    {
        try
        {
            return await SubmitAsync(message, cancellation);
        }
        catch (Exception error) when (error is BlobException or SidecarException or HttpRequestException or TimeoutException or JobException { Class: ErrorClass.Transient })
        {
            return Later(error.Message);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await attempts.FailAsync(error.Message);
            throw;
        }
    }

    private async Task<IResult> SubmitAsync(QueueMessage message, CancellationToken cancellation)
    {
        var (text, unreadable) = await DocumentAsync(message, cancellation);
        if (text is null)
        {
            return await BuryAsync(unreadable!, message.Content, null, cancellation);
        }

        var (spec, errors) = JobFile.ReadDocument(text, json: text.TrimStart().StartsWith('{'));
        if (spec is null)
        {
            return await BuryAsync(Words(errors), message.Content, null, cancellation);
        }

        var result = await mediator.Send(new SubmitJob(options.Tenant, spec, spec.Id is null ? $"message {message.Hash}" : null), cancellation);
        if (result.Errors.Count > 0)
        {
            return await BuryAsync(Words(result.Errors), message.Content, null, cancellation);
        }

        if (result.Refusal is { } quota)
        {
            QueueInstruments.Refused();
            return Later(quota);
        }

        if (result.Outcome!.Kind is SubmitKind.Conflict)
        {
            return await BuryAsync($"id: there is another job {spec.Id}; give this one another id", message.Content, null, cancellation);
        }

        Failpoints.Hit("api.queue.before-acknowledge");
        LogAccepted(result.Outcome.Job.State.Submission.Key, result.Outcome.Kind);
        QueueInstruments.Accepted();
        return Results.Ok();
    }

    /// <summary>The document itself, or the one that the message names; or why there is none.</summary>
    private async Task<(string? Text, string? Error)> DocumentAsync(QueueMessage message, CancellationToken cancellation)
    {
        if (message.SpecUri is not { } uri)
        {
            return message.Text is { } text ? (text, null) : (null, "the message is no UTF-8 text; send the job's document as JSON or YAML, or {\"spec_uri\": \"az://...\"}");
        }

        try
        {
            var place = BlobUri.Parse(uri);
            if (!letters.Hold(place) && !jobs.PolicyOf(options.Tenant).Allows(uri))
            {
                return (null, $"spec_uri: {uri} is outside of what tenant {options.Tenant} may use");
            }

            var (folder, name) = place.Split();
            using var store = folder.OpenFolder();
            await using var blob = await store.OpenReadAsync(name, cancellation: cancellation);
            return blob.Length > MaxBytes ? (null, $"spec_uri: {TooLarge}")
                : StrictText.Of(await ReadAsync(blob, cancellation)) is { } text ? (text, null)
                : (null, $"spec_uri: {uri} is no UTF-8 text");
        }
        catch (FormatException error)
        {
            return (null, $"spec_uri: {error.Message}");
        }
        catch (BlobException error) when (error.Kind is not (BlobErrorKind.Unavailable or BlobErrorKind.NoSpace or BlobErrorKind.Changed))
        {
            return (null, $"spec_uri: {error.Message}");
        }
    }

    /// <summary>All of it; of what is too large a little more than is allowed.</summary>
    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new MemoryStream();
        var chunk = new byte[16 << 10];
        for (int read; buffer.Length <= MaxBytes && (read = await stream.ReadAsync(chunk, cancellation)) > 0;)
        {
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>Ends once the dead letter is in its queue; until then the message is not acknowledged.</summary>
    private async Task<IResult> BuryAsync(string reason, byte[] content, Stream? rest, CancellationToken cancellation)
    {
        await letters.SendAsync(reason, content, rest, cancellation);
        LogBuried(reason);
        QueueInstruments.DeadLettered();
        return Results.Ok();
    }

    private IResult Later(string reason)
    {
        LogRefused(reason);
        return Problems.Of(StatusCodes.Status503ServiceUnavailable, "unavailable", reason);
    }

    private static string Words(IReadOnlyList<SpecError> errors) => string.Join("; ", errors);

    [LoggerMessage(3001, LogLevel.Information, "A message became job {Key} ({Kind}).")]
    private partial void LogAccepted(string key, SubmitKind kind);

    [LoggerMessage(3002, LogLevel.Warning, "A message went to the dead letters: {Reason}")]
    private partial void LogBuried(string reason);

    [LoggerMessage(3003, LogLevel.Warning, "A message was not taken and comes again: {Reason}")]
    private partial void LogRefused(string reason);
}
