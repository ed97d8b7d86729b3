using MediatR;
using Serverless.Api.Hosting;
using Serverless.Api.Security;
using Serverless.Contracts.Api;
using Serverless.Contracts.Results;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Commands;
using Serverless.Processing.Specs;

namespace Serverless.Api.Jobs;

/// <summary><c>/api/v1/jobs</c>: submit, look, list, change.</summary>
internal static class JobEndpoints
{
    private const int MaxSpecBytes = 8 << 20;

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup(JobResources.Root).WithTags("jobs").WithMetadata(PublicRoute.Instance);
        jobs.MapPost("/", SubmitAsync).RequireAuthorization(Scopes.Write).WithName("submitJob").TakesJob()
            .Produces<JobResource>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        jobs.MapGet("/", ListAsync).RequireAuthorization(Scopes.Read).WithName("listJobs").Produces<JobPage>();
        jobs.MapGet("/{id}", GetAsync).RequireAuthorization(Scopes.Read).WithName("getJob").Produces<JobResource>().ProducesProblem(StatusCodes.Status404NotFound);
        jobs.MapGet("/{id}/history", HistoryAsync).RequireAuthorization(Scopes.Read).WithName("getJobHistory").Produces<JobHistory>();
        jobs.MapGet("/{id}/usage", UsageAsync).RequireAuthorization(Scopes.Read).WithName("getJobUsage").Produces<Usage>();
        Change(jobs, "cancel", (tenant, id) => new CancelJob(tenant, id));
        Change(jobs, "pause", (tenant, id) => new PauseJob(tenant, id));
        Change(jobs, "resume", (tenant, id) => new ResumeJob(tenant, id));
        jobs.MapPost("/{id}/retry", RetryAsync).RequireAuthorization(Scopes.Write).WithName("retryJob")
            .Produces<JobResource>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        jobs.MapDelete("/{id}", DeleteAsync).RequireAuthorization(Scopes.Write).WithName("deleteJob").Produces(StatusCodes.Status204NoContent);
    }

    private static void Change(RouteGroupBuilder jobs, string action, Func<string, string, IRequest<ActOutcome>> command) =>
        jobs.MapPost($"/{{id}}/{action}", async (string id, HttpContext context, IMediator mediator, CancellationToken cancellation) =>
                Answer(id, await mediator.Send(command(context.User.Tenant(), id), cancellation), job => Results.Json(job, ApiJson.Options)))
            .RequireAuthorization(Scopes.Write).WithName($"{action}Job").Produces<JobResource>().ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> SubmitAsync(HttpContext context, IMediator mediator, CancellationToken cancellation)
    {
        if (BodyFormat.Of(context.Request.ContentType) is not { } json)
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "A job is application/json or application/yaml.");
        }

        var body = await BodyText.ReadAsync(context.Request, MaxSpecBytes, cancellation);
        if (body is null)
        {
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, "payload_too_large", $"A job's document has at most {MaxSpecBytes >> 20} MiB; put the rows in a file and name it in input.uri.");
        }

        var (spec, errors) = JobFile.ReadDocument(body, json);
        if (spec is null)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, errors[0].Code, "The job is wrong; errors says where.", errors);
        }

        var key = context.Request.Headers["Idempotency-Key"].ToString();
        var result = await mediator.Send(new SubmitJob(context.User.Tenant(), spec, key.Length > 0 ? key : null), cancellation);
        return Submitted(context, result);
    }

    /// <summary>The answer to a submission, by whatever way it came.</summary>
    internal static IResult Submitted(HttpContext context, SubmitResult result)
    {
        if (result.Errors.Count > 0)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, result.Errors[0].Code, "The job is wrong; errors says where.", result.Errors);
        }

        if (result.Refusal is { } refusal)
        {
            return Problems.Of(StatusCodes.Status429TooManyRequests, "quota", refusal);
        }

        var job = JobResources.Of(result.Outcome!.Job);
        if (result.Outcome.Kind is SubmitKind.Conflict)
        {
            return Problems.Of(StatusCodes.Status409Conflict, "conflict", $"There is another job {job.Id}; give this one another id (or another Idempotency-Key).");
        }

        context.Response.Headers.Location = $"{JobResources.Root}/{job.Id}";
        context.Response.Headers.RetryAfter = "1";
        if (result.Outcome.Kind is SubmitKind.Repeated)
        {
            context.Response.Headers["Idempotent-Replayed"] = "true";
        }

        return Results.Json(job, ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellation) =>
        await mediator.Send(new GetJob(context.User.Tenant(), id), cancellation) is { } job ? Results.Json(JobResources.Of(job), ApiJson.Options) : Problems.NotFound($"job {id}");

    private static async Task<IResult> ListAsync(
        HttpContext context, IMediator mediator, CancellationToken cancellation, int limit = 20, string? cursor = null, string? status = null, string[]? label = null,
        DateTimeOffset? from = null, DateTimeOffset? until = null)
    {
        if (limit is < 1 or > ListJobs.MaxLimit)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "bad_request", $"limit: expected 1 to {ListJobs.MaxLimit}, found {limit}.");
        }

        if (!ListFilters.TryStatus(status, out var wanted, out var problem) || !ListFilters.TryLabels(label, out var labels, out problem))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "bad_request", problem!);
        }

        try
        {
            var page = await mediator.Send(new ListJobs(context.User.Tenant(), limit, cursor, wanted, labels, from, until), cancellation);
            return Results.Json(new JobPage([.. page.Jobs.Select(job => JobResources.Of(job.Job))], page.NextCursor), ApiJson.Options);
        }
        catch (FormatException error)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "bad_request", error.Message);
        }
    }

    private static async Task<IResult> HistoryAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellation) =>
        await mediator.Send(new GetJob(context.User.Tenant(), id), cancellation) is { } job ? Results.Json(new JobHistory(job.State.History), ApiJson.Options) : Problems.NotFound($"job {id}");

    private static async Task<IResult> UsageAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellation) =>
        await mediator.Send(new GetJob(context.User.Tenant(), id), cancellation) is { } job ? Results.Json(JobResources.Of(job).Usage, ApiJson.Options) : Problems.NotFound($"job {id}");

    private static async Task<IResult> RetryAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellation)
    {
        var result = await mediator.Send(new RetryJob(context.User.Tenant(), id), cancellation);
        return !result.Found ? Problems.NotFound($"job {id}")
            : result.Refusal is { } refusal ? Problems.Of(StatusCodes.Status409Conflict, "conflict", refusal)
            : Submitted(context, result.Submitted!);
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellation) =>
        Answer(id, await mediator.Send(new DeleteJob(context.User.Tenant(), id), cancellation), _ => Results.NoContent());

    private static IResult Answer(string id, ActOutcome outcome, Func<JobResource, IResult> done) =>
        !outcome.Found ? Problems.NotFound($"job {id}")
        : outcome.Refusal is { } refusal ? Problems.Of(StatusCodes.Status409Conflict, "conflict", refusal)
        : done(JobResources.Of(outcome.Job!));
}
