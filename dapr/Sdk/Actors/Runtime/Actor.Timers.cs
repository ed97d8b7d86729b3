using Dapr.Actors.Runtime.Timers;

namespace Dapr.Actors.Runtime;

public abstract partial class Actor
{
    /// <summary>Registers a reminder, or replaces the one of the same name. It outlives the activation.</summary>
    /// <param name="reminderName">The name, unique for the actor.</param>
    /// <param name="state">Bytes that come back with every firing. Null: none.</param>
    /// <param name="dueTime">How long until it fires first, from zero.</param>
    /// <param name="period">The time between two firings; -1 ms fires once.</param>
    protected Task<IActorReminder> RegisterReminderAsync(string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period) =>
        RegisterAsync(new ActorReminder(Host.ActorTypeInfo.ActorTypeName, Id, reminderName, state, dueTime, period));

    /// <summary>Registers a reminder that ends after <paramref name="ttl"/>.</summary>
    protected Task<IActorReminder> RegisterReminderAsync(string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period, TimeSpan ttl) =>
        RegisterAsync(new ActorReminder(Host.ActorTypeInfo.ActorTypeName, Id, reminderName, state, dueTime, period, ttl));

    /// <summary>Registers a reminder that fires <paramref name="repetitions"/> times or until <paramref name="ttl"/>.</summary>
    protected Task<IActorReminder> RegisterReminderAsync(
        string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period, int repetitions, TimeSpan ttl) =>
        RegisterAsync(new ActorReminder(Host.ActorTypeInfo.ActorTypeName, Id, reminderName, state, dueTime, period, repetitions, ttl));

    /// <summary>Registers a reminder that fires <paramref name="repetitions"/> times.</summary>
    protected Task<IActorReminder> RegisterReminderAsync(string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period, int repetitions) =>
        RegisterAsync(new ActorReminder(Host.ActorTypeInfo.ActorTypeName, Id, reminderName, state, dueTime, period, repetitions));

    /// <inheritdoc cref="ActorTimerManager.GetReminderAsync" />
    protected Task<IActorReminder> GetReminderAsync(string reminderName) =>
        Host.TimerManager.GetReminderAsync(new ActorReminderToken(Host.ActorTypeInfo.ActorTypeName, Id, reminderName));

    /// <summary>Removes a reminder.</summary>
    protected Task UnregisterReminderAsync(IActorReminder reminder) => UnregisterReminderAsync(reminder.Name);

    /// <summary>Removes a reminder.</summary>
    protected Task UnregisterReminderAsync(string reminderName) =>
        Host.TimerManager.UnregisterReminderAsync(new ActorReminderToken(Host.ActorTypeInfo.ActorTypeName, Id, reminderName));

    /// <summary>Registers a timer, or replaces the one of the same name. It ends with the activation.</summary>
    /// <param name="timerName">The name, unique for the actor. Null or empty: one is made up.</param>
    /// <param name="callback">The actor's method that it calls: not overloaded, at most one parameter, returns Task.</param>
    /// <param name="callbackParams">Bytes that the method gets. Null: none.</param>
    /// <param name="dueTime">How long until it fires first, from zero.</param>
    /// <param name="period">The time between two firings; -1 ms fires once.</param>
    /// <exception cref="ArgumentException">The method breaks a rule.</exception>
    public Task<ActorTimer> RegisterTimerAsync(string? timerName, string callback, byte[]? callbackParams, TimeSpan dueTime, TimeSpan period) =>
        RegisterAsync(new ActorTimer(Host.ActorTypeInfo.ActorTypeName, Id, NameOf(timerName), callback, callbackParams, dueTime, period));

    /// <summary>Registers a timer that ends after <paramref name="ttl"/>.</summary>
    /// <inheritdoc cref="RegisterTimerAsync(string, string, byte[], TimeSpan, TimeSpan)" />
    public Task<ActorTimer> RegisterTimerAsync(
        string? timerName, string callback, byte[]? callbackParams, TimeSpan dueTime, TimeSpan period, TimeSpan ttl) =>
        RegisterAsync(new ActorTimer(Host.ActorTypeInfo.ActorTypeName, Id, NameOf(timerName), callback, callbackParams, dueTime, period, ttl));

    /// <summary>Removes a timer.</summary>
    protected Task UnregisterTimerAsync(ActorTimer timer) => UnregisterTimerAsync(timer.Name);

    /// <summary>Removes a timer.</summary>
    protected Task UnregisterTimerAsync(string timerName) =>
        Host.TimerManager.UnregisterTimerAsync(new ActorTimerToken(Host.ActorTypeInfo.ActorTypeName, Id, timerName));

    private async Task<IActorReminder> RegisterAsync(ActorReminder reminder)
    {
        await Host.TimerManager.RegisterReminderAsync(reminder);
        return reminder;
    }

    private async Task<ActorTimer> RegisterAsync(ActorTimer timer)
    {
        TimerMethod.Of(Host.ActorTypeInfo.ImplementationType, timer.TimerCallback);
        await Host.TimerManager.RegisterTimerAsync(timer);
        return timer;
    }

    private string NameOf(string? timerName) => string.IsNullOrEmpty(timerName) ? $"{Id}_Timer_{Guid.NewGuid()}" : timerName;
}
