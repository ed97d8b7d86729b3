using MediatR;
using Serverless.Api.Hosting;
using Serverless.Api.Security;
using Serverless.Contracts.Api;
using Serverless.Jobs.Commands;

namespace Serverless.Api.Jobs;

/// <summary><c>GET /jobs/{id}/shards</c>: the pieces that a job is cut into, and where each of them stands.</summary>
internal static class ShardEndpoints
{
    public static void MapShards(this IEndpointRouteBuilder routes) =>
        routes.MapGet($"{JobResources.Root}/{{id}}/shards", ListAsync).RequireAuthorization(Scopes.Read).WithTags("jobs").WithName("listJobShards")
            .WithMetadata(PublicRoute.Instance).Produces<ShardPage>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> ListAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellation, int limit = 50, string? cursor = null)
    {
        if (limit is < 1 or > ListShards.MaxLimit)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "bad_request", $"limit: expected 1 to {ListShards.MaxLimit}, found {limit}.");
        }

        try
        {
            return await mediator.Send(new ListShards(context.User.Tenant(), id, limit, cursor), cancellation) is { } page
                ? Results.Json(page, ApiJson.Options)
                : Problems.NotFound($"job {id}");
        }
        catch (FormatException error)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "bad_request", error.Message);
        }
    }
}
