using System.Diagnostics;
using Dapr;
using Dapr.Actors;
using Dapr.SidecarApi;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Validation;

namespace Serverless.Api.Hosting;

/// <summary>
/// Errors as problem details (RFC 9457) with <c>code</c>, <c>errors</c> (field, message) and <c>traceId</c>. What nobody foresaw is a 500 that names its trace
/// and nothing else.
/// </summary>
internal static class Problems
{
    /// <summary>One problem.</summary>
    public static IResult Of(int status, string code, string detail, IEnumerable<SpecError>? errors = null)
    {
        var extensions = new Dictionary<string, object?> { ["code"] = code };
        if (errors is not null)
        {
            extensions["errors"] = errors.Select(error => new { field = error.Path, message = error.Message, code = error.Code }).ToArray();
        }

        return Results.Problem(detail, statusCode: status, extensions: extensions);
    }

    /// <summary>No such thing, or not this tenant's: the same answer.</summary>
    public static IResult NotFound(string what) => Of(StatusCodes.Status404NotFound, "not_found", $"There is no {what}.");

    /// <summary>A problem from an error of a job.</summary>
    public static IResult Of(JobException error) => Of(StatusOf(error), error.Code, error.Message);

    /// <summary>Registers the writer and adds the trace to every problem.</summary>
    public static void AddProblems(this IServiceCollection services) => services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
    {
        context.ProblemDetails.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
        context.ProblemDetails.Instance ??= context.HttpContext.Request.Path;
        if (!context.ProblemDetails.Extensions.ContainsKey("code"))
        {
            context.ProblemDetails.Extensions["code"] = CodeOf(context.ProblemDetails);
        }
    });

    /// <summary>Answers exceptions that nobody handled.</summary>
    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(handler => handler.Run(context => context.Features.Get<IExceptionHandlerFeature>()?.Error switch
        {
            BadHttpRequestException error => Of(error.StatusCode, "bad_request", error.Message).ExecuteAsync(context),
            JobException error => Of(error).ExecuteAsync(context),
            // The sidecar is away: whoever runs it starts it again.
            TimeoutException or HttpRequestException or SidecarException { Status: null } => Unavailable(context),
            // A method that failed is the actor's error; that a call did not get to its actor, or was lost on its way, is nobody's.
            DaprApiException { ErrorCode: "ERR_ACTOR_INVOKE_METHOD" or "ERR_ACTOR_RUNTIME_CLOSED" } error when error is not ActorMethodInvocationException => Unavailable(context),
            _ => Of(StatusCodes.Status500InternalServerError, ErrorCodes.Internal, "Something went wrong here; the trace names it in the log.").ExecuteAsync(context),
        }));
        app.UseStatusCodePages();
    }

    private static Task Unavailable(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Of(StatusCodes.Status503ServiceUnavailable, "unavailable", "The job service did not answer in time; try again.").ExecuteAsync(context);
    }

    private static int StatusOf(JobException error) => error.Class switch
    {
        ErrorClass.Transient or ErrorClass.WorkerLost => StatusCodes.Status503ServiceUnavailable,
        _ when error.Code is ErrorCodes.InvalidSpec or ErrorCodes.NotSupported => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    private static string CodeOf(ProblemDetails problem) => problem.Status switch
    {
        StatusCodes.Status400BadRequest => "bad_request",
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not_found",
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status413PayloadTooLarge => "payload_too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        StatusCodes.Status429TooManyRequests => "rate_limited",
        _ => ErrorCodes.Internal,
    };
}
