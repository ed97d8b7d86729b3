namespace Dapr.Actors.Runtime;

/// <summary>Registers timers and reminders. A test may put its own in an <see cref="ActorHost"/>.</summary>
public abstract class ActorTimerManager
{
    /// <summary>Registers a reminder, or replaces the one of the same name.</summary>
    public abstract Task RegisterReminderAsync(ActorReminder reminder);

    /// <summary>
    /// A registered reminder. Null when the sidecar answers with an empty object; a sidecar that answers 404 makes it a
    /// <see cref="DaprApiException"/>.
    /// </summary>
    public abstract Task<IActorReminder> GetReminderAsync(ActorReminderToken reminder);

    /// <summary>Removes a reminder.</summary>
    public abstract Task UnregisterReminderAsync(ActorReminderToken reminder);

    /// <summary>Registers a timer, or replaces the one of the same name.</summary>
    public abstract Task RegisterTimerAsync(ActorTimer timer);

    /// <summary>Removes a timer.</summary>
    public abstract Task UnregisterTimerAsync(ActorTimerToken timer);
}
