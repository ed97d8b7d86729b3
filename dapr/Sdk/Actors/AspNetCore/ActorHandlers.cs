using System.Globalization;
using Dapr.Actors.Communication;
using Dapr.Actors.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.AspNetCore;

/// <summary>
/// Answers what a sidecar asks of an app's actors. A typed call that fails is answered with 200 and a header, since its proxy reads the
/// exception from the body; every other failure with 500 and nothing.
/// </summary>
internal sealed partial class ActorHandlers(ActorRuntime runtime, ILogger<ActorHandlers> logger)
{
    public async Task Config(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(runtime.Config);
    }

    public Task Deactivate(HttpContext context) => Answer(context, "Deactivate", async (type, id) =>
    {
        await runtime.Manager(type).DeactivateAsync(id);
        return [];
    });

    public async Task Invoke(HttpContext context)
    {
        var headers = context.Request.Headers;
        ActorReentrancyContext.Current = headers.TryGetValue(ActorReentrancyContext.HeaderName, out var chain) ? chain.ToString() : null;
        try
        {
            var method = Route(context, "methodName");
            if (headers.TryGetValue(RemotingHeader.Name, out var header))
            {
                await InvokeTyped(context, method, header.ToString());
            }
            else
            {
                await Answer(context, method, async (type, id) =>
                    await runtime.Manager(type).InvokeWeakAsync(id, method, await RequestBody.ReadAsync(context.Request), context.RequestAborted));
            }
        }
        finally
        {
            ActorReentrancyContext.Current = null;
        }
    }

    public Task Remind(HttpContext context) => Answer(context, "ReceiveReminderAsync", async (type, id) =>
    {
        await runtime.Manager(type).RemindAsync(id, Route(context, "reminderName"), await RequestBody.ReadAsync(context.Request));
        return [];
    });

    public Task FireTimer(HttpContext context) => Answer(context, "FireTimerAsync", async (type, id) =>
    {
        await runtime.Manager(type).FireTimerAsync(id, await RequestBody.ReadAsync(context.Request));

        // The sidecar reads whether to stop the timer; a callback has no say in it.
        context.Response.ContentType = "application/json";
        return "false"u8.ToArray();
    });

    private async Task InvokeTyped(HttpContext context, string method, string header)
    {
        var (type, id) = (Route(context, "actorTypeName"), Route(context, "actorId"));
        byte[] reply;
        try
        {
            reply = await runtime.Manager(type).InvokeTypedAsync(id, method, header, await RequestBody.ReadAsync(context.Request), context.RequestAborted);
        }
        catch (Exception exception)
        {
            var uuid = Guid.NewGuid();
            LogTypedCallFailed(exception, method, type, id, uuid);
            context.Response.Headers[RemotingError.HeaderName] = RemotingError.WriteHeader(RemotingError.Describe(exception, uuid));
            reply = RemotingError.WriteBody(exception);
        }

        await Write(context, reply);
    }

    private async Task Answer(HttpContext context, string what, Func<string, string, Task<byte[]>> answer)
    {
        var (type, id) = (Route(context, "actorTypeName"), Route(context, "actorId"));
        byte[] reply;
        try
        {
            reply = await answer(type, id);
        }
        catch (Exception exception)
        {
            LogCallFailed(exception, what, type, id);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        await Write(context, reply);
    }

    private static async Task Write(HttpContext context, byte[] reply)
    {
        context.Response.ContentLength = reply.Length;
        await context.Response.BodyWriter.WriteAsync(reply, context.RequestAborted);
    }

    private static string Route(HttpContext context, string name) => Convert.ToString(context.Request.RouteValues[name], CultureInfo.InvariantCulture)!;
}
