using System.Text.Json.Nodes;
using Dapr.Sidecar.Actors.Reminders;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.Actors.Http;

/// <summary><c>/v1.0/actors/{type}/{id}/reminders/{name}</c>, for apps that host the type.</summary>
internal sealed class ReminderEndpoint(ActorReminders reminders, Placement placement, AppDirectory apps, TimeProvider time)
{
    public async Task SetAsync(HttpContext context, ActorKey actor, string name)
    {
        EnsureHosted(context, actor);
        using var body = await RequestBody.ReadAsync(context.Request);
        var request = ScheduleRequest.Parse(body.Memory, time.GetUtcNow());
        if (!await StoreAsync("creating", "ERR_ACTOR_REMINDER_CREATE", () => reminders.SetAsync(new ReminderKey(actor, name), request)))
        {
            throw new ActorException(StatusCodes.Status409Conflict, "ERR_ACTOR_REMINDER_ALREADY_EXISTS", $"actor reminder already exists: {name}");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public Task GetAsync(HttpContext context, ActorKey actor, string name)
    {
        EnsureHosted(context, actor);
        var reminder = reminders.Find(new ReminderKey(actor, name))
            ?? throw new ActorException(StatusCodes.Status404NotFound, "ERR_ACTOR_REMINDER_NOT_FOUND", $"actor reminder not found: {name}");
        var json = new JsonObject { ["actorID"] = actor.Id, ["actorType"] = actor.Type, ["dueTime"] = reminder.DueTime, ["period"] = reminder.Period };
        if (reminder.Data is not null)
        {
            json["data"] = JsonNode.Parse(reminder.Data);
        }

        if (reminder.Ttl is not null)
        {
            json["ttl"] = reminder.Ttl;
        }

        return Results.Json(json).ExecuteAsync(context);
    }

    public async Task DeleteAsync(HttpContext context, ActorKey actor, string name)
    {
        EnsureHosted(context, actor);
        await StoreAsync("deleting", "ERR_ACTOR_REMINDER_DELETE", async () =>
        {
            await reminders.DeleteAsync(new ReminderKey(actor, name));
            return true;
        });
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<bool> StoreAsync(string what, string errorCode, Func<Task<bool>> store)
    {
        try
        {
            return await store();
        }
        catch (StoreException error)
        {
            throw new ActorException(StatusCodes.Status500InternalServerError, errorCode, $"error {what} actor reminder: {error.Message}");
        }
    }

    private void EnsureHosted(HttpContext context, ActorKey actor)
    {
        if (placement.Of(apps.Of(context))?.Config.Types.ContainsKey(actor.Type) is not true)
        {
            throw new ActorException(
                StatusCodes.Status403Forbidden, "ERR_ACTOR_REMINDER_NON_HOSTED", "operations on actor reminders are only possible on hosted actor types");
        }
    }
}
