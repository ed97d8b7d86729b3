using System.Text;
using Dapr.Protocol;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Store;
using Dapr.Sidecar.Workflows.Manage;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Api;

/// <summary>The management of workflows over HTTP (https://docs.dapr.io/reference/api/workflow_api/).</summary>
internal sealed class WorkflowRoutes(
    AppDirectory apps, SidecarOptions options, CreateInstance create, QueryInstances query, RaiseEvent raise, SuspendInstance suspend, TerminateChildren terminate, PurgeInstance purge)
{
    private const int MaxIdLength = 64;

    /// <summary>Maps the routes, under each version's prefix.</summary>
    public void Map(WebApplication host)
    {
        foreach (var version in (string[])["v1.0", "v1.0-beta1"])
        {
            var root = $"/{version}/workflows/{{component}}";
            host.MapPost($"{root}/{{name}}/start", context => AnswerAsync(context, "START", StartAsync));
            host.MapGet($"{root}/{{id}}", context => AnswerAsync(context, "GET", GetAsync));
            host.MapPost($"{root}/{{id}}/terminate", context => AnswerAsync(context, "TERMINATE", TerminateAsync));
            host.MapPost($"{root}/{{id}}/pause", context => AnswerAsync(context, "PAUSE", PauseAsync));
            host.MapPost($"{root}/{{id}}/resume", context => AnswerAsync(context, "RESUME", ResumeAsync));
            host.MapPost($"{root}/{{id}}/purge", context => AnswerAsync(context, "PURGE", PurgeAsync));
            host.MapPost($"{root}/{{id}}/raiseEvent/{{eventName}}", context => AnswerAsync(context, "RAISE_EVENT", RaiseAsync));
        }
    }

    private async Task<IResult> StartAsync(HttpContext context)
    {
        var id = context.Request.Query["instanceID"].ToString();
        if (id.Length > MaxIdLength)
        {
            return ApiError.Result(StatusCodes.Status400BadRequest, "ERR_INSTANCE_ID_TOO_LONG", $"workflow instance ID exceeds the max length of {MaxIdLength} characters");
        }

        if (!id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
        {
            return ApiError.Result(
                StatusCodes.Status400BadRequest, "ERR_INSTANCE_ID_INVALID", $"workflow instance ID '{id}' is invalid: only alphanumeric and underscore characters are allowed");
        }

        var request = new CreateInstanceRequest { InstanceId = id, Name = Value(context, "name"), Input = await BodyAsync(context) };
        return Results.Json(new StartedWorkflow(await create.RunAsync(apps.Of(context).Id, request)), statusCode: StatusCodes.Status202Accepted);
    }

    private async Task<IResult> GetAsync(HttpContext context)
    {
        var key = Key(context);
        var state = await query.FindAsync(key, withPayloads: true) ?? throw WorkflowException.NotFound(key);
        return Results.Json(ShownWorkflow.Of(state));
    }

    private async Task<IResult> TerminateAsync(HttpContext context)
    {
        await terminate.BeginAsync(Key(context), output: null, IsRecursive(context));
        return Results.Accepted();
    }

    private async Task<IResult> PauseAsync(HttpContext context)
    {
        await suspend.SuspendAsync(apps.Of(context).Id, Value(context, "id"), reason: null);
        return Results.Accepted();
    }

    private async Task<IResult> ResumeAsync(HttpContext context)
    {
        await suspend.ResumeAsync(apps.Of(context).Id, Value(context, "id"), reason: null);
        return Results.Accepted();
    }

    private async Task<IResult> PurgeAsync(HttpContext context)
    {
        await purge.RunAsync(Key(context), IsRecursive(context), force: context.Request.Query["force"] == "true");
        return Results.Accepted();
    }

    private async Task<IResult> RaiseAsync(HttpContext context)
    {
        var request = new RaiseEventRequest { InstanceId = Value(context, "id"), Name = Value(context, "eventName"), Input = await BodyAsync(context) };
        await raise.RunAsync(apps.Of(context).Id, request);
        return Results.Accepted();
    }

    private async Task AnswerAsync(HttpContext context, string verb, Func<HttpContext, Task<IResult>> handler)
    {
        IResult result;
        try
        {
            result = Value(context, "component") == "dapr"
                ? await handler(context)
                : ApiError.Result(
                    StatusCodes.Status400BadRequest, "ERR_WORKFLOW_COMPONENT_NOT_FOUND",
                    $"workflow component '{Value(context, "component")}' does not exist: the engine's own is called 'dapr'");
        }
        catch (WorkflowException error)
        {
            result = error.Error switch
            {
                WorkflowError.NotFound => ApiError.Result(
                    StatusCodes.Status404NotFound, "ERR_INSTANCE_ID_NOT_FOUND", $"unable to find workflow with the provided instance ID: {Value(context, "id")}"),
                WorkflowError.Invalid => ApiError.Result(StatusCodes.Status400BadRequest, $"ERR_{verb}_WORKFLOW", error.Message),
                _ => ApiError.Result(StatusCodes.Status500InternalServerError, $"ERR_{verb}_WORKFLOW", error.Message),
            };
        }
        catch (BadHttpRequestException error)
        {
            await RequestBody.AnswerUnreadableAsync(context, error, options);
            return;
        }
        catch (StoreException error)
        {
            var status = error.Failure == StoreFailure.Full ? StatusCodes.Status507InsufficientStorage : StatusCodes.Status503ServiceUnavailable;
            result = ApiError.Result(status, $"ERR_{verb}_WORKFLOW", error.Message);
        }

        await result.ExecuteAsync(context);
    }

    private InstanceKey Key(HttpContext context) => new(apps.Of(context).Id, Value(context, "id"));

    private static string Value(HttpContext context, string name) => context.Request.RouteValues[name]?.ToString() ?? "";

    private static bool IsRecursive(HttpContext context) => context.Request.Query["non_recursive"] != "true";

    /// <summary>The body as it is: no one here interprets it.</summary>
    private static async Task<string?> BodyAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context.Request);
        return body.Memory.IsEmpty ? null : Encoding.UTF8.GetString(body.Memory.Span);
    }
}
