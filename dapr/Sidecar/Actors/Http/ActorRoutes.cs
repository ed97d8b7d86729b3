using Dapr.Sidecar.Actors.Reminders;
using Dapr.Sidecar.Actors.State;
using Dapr.Sidecar.Actors.Timers;
using Dapr.Sidecar.Apps;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors.Http;

/// <summary>The actors API (https://docs.dapr.io/reference/api/actors_api/): services and routes.</summary>
internal static class ActorRoutes
{
    private const string Actor = "/v1.0/actors/{type}/{id}";
    private static readonly string[] Verbs = ["GET", "PUT", "POST", "DELETE", "PATCH"], Put = ["PUT", "POST"], Get = ["GET"], Delete = ["DELETE"];

    public static void AddActors(this IServiceCollection services)
    {
        services.AddSingleton<Placement>();
        services.AddSingleton<ActorTable>();
        services.AddSingleton<ActorCaller>();
        services.AddSingleton<Deactivation>();
        services.AddSingleton<ActorTimers>();
        services.AddSingleton<ReminderStore>();
        services.AddSingleton<ActorReminders>();
        services.AddSingleton<ActorStateStore>();
        services.AddSingleton<ActorRuntime>();
        services.AddSingleton<IAppObserver>(provider => provider.GetRequiredService<ActorRuntime>());
        services.AddHostedService(provider => provider.GetRequiredService<ActorRuntime>());
        services.AddHostedService<StateSweep>();
        services.AddSingleton<IMetadataSource, ActorMetadata>();
        services.AddSingleton<InvokeEndpoint>();
        services.AddSingleton<StateEndpoint>();
        services.AddSingleton<ReminderEndpoint>();
        services.AddSingleton<TimerEndpoint>();
    }

    public static void MapActors(this WebApplication host)
    {
        var options = host.Services.GetRequiredService<SidecarOptions>();
        var (invoke, state) = (host.Services.GetRequiredService<InvokeEndpoint>(), host.Services.GetRequiredService<StateEndpoint>());
        var (reminders, timers) = (host.Services.GetRequiredService<ReminderEndpoint>(), host.Services.GetRequiredService<TimerEndpoint>());
        Map($"{Actor}/method/{{name}}", Verbs, invoke.CallAsync);
        Map($"{Actor}/state/{{name}}", Get, state.GetAsync);
        Map($"{Actor}/state", Put, state.ApplyAsync);
        Map($"{Actor}/reminders/{{name}}", Put, reminders.SetAsync);
        Map($"{Actor}/reminders/{{name}}", Get, reminders.GetAsync);
        Map($"{Actor}/reminders/{{name}}", Delete, reminders.DeleteAsync);
        Map($"{Actor}/timers/{{name}}", Put, timers.SetAsync);
        Map($"{Actor}/timers/{{name}}", Delete, timers.DeleteAsync);

        void Map(string pattern, string[] verbs, Func<HttpContext, ActorKey, string, Task> handler) =>
            host.MapMethods(pattern, verbs, context => AnswerAsync(context, handler, options));
    }

    /// <summary>Names that hold a slash, escaped or not, would reach the app as something else.</summary>
    private static ActorKey Key(string type, string id) => type.Contains('%') || id.Contains('%')
        ? throw new ActorException(StatusCodes.Status400BadRequest, "ERR_BAD_REQUEST", $"invalid request: actor {type}/{id}: types and ids hold no / and no %")
        : new ActorKey(type, id);

    private static async Task AnswerAsync(HttpContext context, Func<HttpContext, ActorKey, string, Task> handler, SidecarOptions options)
    {
        try
        {
            var route = context.Request.RouteValues;
            var name = route.TryGetValue("name", out var value) ? (string)value! : "";
            await handler(context, Key((string)route["type"]!, (string)route["id"]!), name);
        }
        catch (ActorException error)
        {
            await ApiError.Result(error.Status, error.ErrorCode, error.Message).ExecuteAsync(context);
        }
        catch (BadHttpRequestException error)
        {
            await RequestBody.AnswerUnreadableAsync(context, error, options);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away while it waited; there is nobody to answer.
        }
    }
}
