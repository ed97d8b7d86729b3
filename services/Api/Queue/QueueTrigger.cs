using System.Security.Cryptography;
using System.Text.Json;
using Dapr.SidecarApi;
using MediatR;
using Serverless.Api.Hosting;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Commands;
using Serverless.Processing.Specs;
using Serverless.Storage.Blobs;

namespace Serverless.Api.Queue;

/// <summary>
/// The input binding <c>job-queue</c>: a message is a job's document, or <c>{"spec_uri": "az://..."}</c> where a larger one lies. It is acknowledged (2xx) only
/// after the job is durable. The same message again is the same job: by the spec's id, else by the content. What can never become a job
/// goes to the output binding <c>job-dead-letters</c> with the reason, and is acknowledged; what may pass is not, and comes again.
/// </summary>
internal sealed partial class QueueTrigger(IMediator mediator, SidecarClient sidecar, QueueOptions options, ILogger<QueueTrigger> logger)
{
    /// <summary>Name of the input binding, which is its route.</summary>
    public const string Binding = "job-queue";

    /// <summary>Name of the output binding of messages that can never work.</summary>
    public const string DeadLetters = "job-dead-letters";

    private const int MaxBytes = 8 << 20;

    public static void Map(IEndpointRouteBuilder routes)
    {
        // The sidecar asks whether this app wants the binding.
        routes.MapMethods($"/{Binding}", [HttpMethods.Options], () => Results.Ok()).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost($"/{Binding}", (HttpContext context, QueueTrigger trigger) => trigger.HandleAsync(context)).AllowAnonymous().ExcludeFromDescription();
    }

    private async Task<IResult> HandleAsync(HttpContext context)
    {
        var cancellation = context.RequestAborted;
        if (await BodyText.ReadAsync(context.Request, MaxBytes, cancellation) is not { } body)
        {
            return await BuryAsync("", $"the message has more than {MaxBytes >> 20} MiB; put the spec in a blob and send its spec_uri", cancellation);
        }

        try
        {
            var text = await DocumentAsync(body, cancellation);
            var (spec, errors) = JobFile.ReadDocument(text, json: text.TrimStart().StartsWith('{'));
            return spec is null ? await BuryAsync(body, Words(errors), cancellation) : await SubmitAsync(body, spec, cancellation);
        }
        catch (JobException error) when (error.Class is not (ErrorClass.Transient or ErrorClass.WorkerLost))
        {
            return await BuryAsync(body, error.Message, cancellation);
        }
        catch (BlobException error) when (error.Kind is BlobErrorKind.NotFound or BlobErrorKind.AccessDenied or BlobErrorKind.InvalidName)
        {
            return await BuryAsync(body, error.Message, cancellation);
        }
    }

    private async Task<IResult> SubmitAsync(string body, JobSpec spec, CancellationToken cancellation)
    {
        var result = await mediator.Send(new SubmitJob(options.Tenant, spec, spec.Id is null ? $"message {HashOf(body)}" : null), cancellation);
        if (result.Errors.Count > 0)
        {
            return await BuryAsync(body, Words(result.Errors), cancellation);
        }

        if (result.Refusal is { } refusal)
        {
            // A quota: it passes, and the message comes again.
            LogRefused(refusal);
            QueueInstruments.Refused();
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "quota", refusal);
        }

        if (result.Outcome!.Kind is SubmitKind.Conflict)
        {
            return await BuryAsync(body, $"there is another job {spec.Id}; give this one another id", cancellation);
        }

        LogAccepted(result.Outcome.Job.State.Submission.Key, result.Outcome.Kind);
        QueueInstruments.Accepted();
        return Results.Ok();
    }

    /// <summary>The document itself, or the one that the message names.</summary>
    private static async Task<string> DocumentAsync(string body, CancellationToken cancellation)
    {
        if (SpecUriOf(body) is not { } uri)
        {
            return body;
        }

        try
        {
            var slash = uri.LastIndexOf('/');
            using var store = BlobUri.Parse(uri[..Math.Max(slash, 0)]).OpenFolder();
            return await store.ReadTextAsync(uri[(slash + 1)..], cancellation) ?? throw new JobException(ErrorCodes.InvalidSpec, $"spec_uri: there is no {uri}");
        }
        catch (FormatException error)
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"spec_uri: {error.Message}", error);
        }
    }

    private static string? SpecUriOf(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("spec_uri", out var uri) ? uri.GetString() : null;
        }
        catch (JsonException)
        {
            // YAML, or no document at all, which the reader of documents says better.
            return null;
        }
    }

    /// <summary>Ends once the dead letter is in its queue; until then the message is not acknowledged.</summary>
    private async Task<IResult> BuryAsync(string body, string reason, CancellationToken cancellation)
    {
        await sidecar.InvokeBindingAsync(DeadLetters, "create", new { reason, message = body }, cancellationToken: cancellation);
        LogBuried(reason);
        QueueInstruments.DeadLettered();
        return Results.Ok();
    }

    private static string Words(IReadOnlyList<SpecError> errors) => string.Join("; ", errors);

    private static string HashOf(string body) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(body)));

    [LoggerMessage(3001, LogLevel.Information, "A message became job {Key} ({Kind}).")]
    private partial void LogAccepted(string key, SubmitKind kind);

    [LoggerMessage(3002, LogLevel.Warning, "A message went to the dead letters: {Reason}")]
    private partial void LogBuried(string reason);

    [LoggerMessage(3003, LogLevel.Warning, "A message was not taken and comes again: {Reason}")]
    private partial void LogRefused(string reason);
}

/// <summary>Whose jobs come by the queue.</summary>
/// <param name="Tenant">The tenant: from the service's configuration, never from a message.</param>
internal sealed record QueueOptions(string Tenant);
