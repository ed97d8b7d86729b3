using System.Text.Json;
using System.Text.Json.Nodes;
using MediatR;
using Serverless.Api.Hosting;
using Serverless.Api.Security;
using Serverless.Contracts.Api;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Commands;
using Serverless.Processing.Jobs;

namespace Serverless.Api.Jobs;

/// <summary>What a job has written: parts, rows of them, rows that failed; while it runs too.</summary>
internal static class ResultEndpoints
{
    private const int MaxRows = 1000;

    public static void MapResults(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup($"{JobResources.Root}/{{id}}").WithTags("results").WithMetadata(PublicRoute.Instance).RequireAuthorization(Scopes.Read);
        jobs.MapGet("/results", ResultsAsync).WithName("getJobResults").Produces<JobResults>();
        jobs.MapGet("/results/preview", (string id, HttpContext context, IMediator mediator, CancellationToken cancellation, int limit = 10) =>
            RowsAsync(id, context, mediator, limit, onlyFailed: false, cancellation)).WithName("previewJobResults").Produces<RowPage>();
        jobs.MapGet("/errors", (string id, HttpContext context, IMediator mediator, CancellationToken cancellation, int limit = 20) =>
            RowsAsync(id, context, mediator, limit, onlyFailed: true, cancellation)).WithName("getJobErrors").Produces<RowPage>();
        jobs.MapGet("/results/{part}", DownloadAsync).WithName("downloadJobPart").Produces(StatusCodes.Status200OK, contentType: "application/vnd.apache.parquet");
    }

    private static async Task<IResult> ResultsAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellation)
    {
        if (await FindAsync(id, context, mediator, cancellation) is not { } job)
        {
            return Problems.NotFound($"job {id}");
        }

        using var output = JobOutput.Open(job.State.Submission.OutputUri);
        var manifest = await output.ReadManifestAsync(cancellation);
        var hashes = manifest?.Parts.ToDictionary(part => part.Name, part => part.Sha256) ?? [];
        var parts = (await output.ListPartsAsync(cancellation)).Select(part => new ResultPart(
            part.Name, ShardOf(part.Name), part.Size, $"{JobResources.Root}/{id}/results/{part.Name}", hashes.GetValueOrDefault(part.Name)));
        return Results.Json(new JobResults(job.State.Status, output.Uri, manifest?.Schema ?? await output.ReadSchemaAsync(cancellation), [.. parts], job.State.Retries), ApiJson.Options);
    }

    private static async Task<IResult> RowsAsync(string id, HttpContext context, IMediator mediator, int limit, bool onlyFailed, CancellationToken cancellation)
    {
        if (limit is < 1 or > MaxRows)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "bad_request", $"limit: expected 1 to {MaxRows}, found {limit}; download the parts for more.");
        }

        if (await FindAsync(id, context, mediator, cancellation) is not { } job)
        {
            return Problems.NotFound($"job {id}");
        }

        List<JsonObject> rows = [];
        using var output = RetriedOutput.Open(job.State.Submission.OutputUri, await RetriesAsync(job, context, mediator, cancellation));

        // Reading every part for failed rows of a job that has none would take long.
        if (!onlyFailed || job.State.Ended.RowsFailed > 0)
        {
            await foreach (var row in output.ReadRowsAsync(onlyFailed, cancellation))
            {
                rows.Add(JsonSerializer.SerializeToNode(row.ToDictionary(), ApiJson.Options)!.AsObject());
                if (rows.Count == limit)
                {
                    break;
                }
            }
        }

        return Results.Json(new RowPage(rows, onlyFailed ? job.State.Errors : null), ApiJson.Options);
    }

    /// <summary>Where the retries of a job wrote; one that goes on in the job's own folder is there already.</summary>
    private static async Task<IReadOnlyList<string>> RetriesAsync(JobView job, HttpContext context, IMediator mediator, CancellationToken cancellation)
    {
        List<string> outputs = [];
        foreach (var id in job.State.Retries)
        {
            if (await FindAsync(id, context, mediator, cancellation) is { } retry && retry.State.Submission.OutputUri != job.State.Submission.OutputUri)
            {
                outputs.Add(retry.State.Submission.OutputUri);
            }
        }

        return outputs;
    }

    private static async Task<IResult> DownloadAsync(string id, string part, HttpContext context, IMediator mediator, CancellationToken cancellation)
    {
        if (await FindAsync(id, context, mediator, cancellation) is not { } job)
        {
            return Problems.NotFound($"job {id}");
        }

        var output = JobOutput.Open(job.State.Submission.OutputUri);
        context.Response.RegisterForDispose(output);
        return await output.OpenPartAsync(part, cancellation) is { } content
            ? Results.Stream(content, "application/vnd.apache.parquet", part, enableRangeProcessing: true)
            : Problems.NotFound($"part {part} of job {id}");
    }

    private static int ShardOf(string part) => int.TryParse(Path.GetFileNameWithoutExtension(part)["part-".Length..], out var shard) ? shard : -1;

    private static Task<JobView?> FindAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellation) =>
        mediator.Send(new GetJob(context.User.Tenant(), id), cancellation);
}
