using Dapr.Actors.Communication;

namespace Dapr.Actors.Runtime.Timers;

/// <summary>Timers and reminders that the sidecar keeps.</summary>
internal sealed class SidecarTimerManager(ActorSidecarClient client) : ActorTimerManager
{
    public override Task RegisterReminderAsync(ActorReminder reminder) =>
        client.RegisterReminderAsync(reminder.ActorType, reminder.ActorId.GetId(), reminder.Name, TimerJson.Write(reminder));

    public override async Task<IActorReminder> GetReminderAsync(ActorReminderToken reminder) =>
        TimerJson.ReadRegistered(await client.GetReminderAsync(reminder.ActorType, reminder.ActorId.GetId(), reminder.Name), reminder)!;

    public override Task UnregisterReminderAsync(ActorReminderToken reminder) =>
        client.UnregisterReminderAsync(reminder.ActorType, reminder.ActorId.GetId(), reminder.Name);

    public override Task RegisterTimerAsync(ActorTimer timer) =>
        client.RegisterTimerAsync(timer.ActorType, timer.ActorId.GetId(), timer.Name, TimerJson.Write(timer));

    public override Task UnregisterTimerAsync(ActorTimerToken timer) =>
        client.UnregisterTimerAsync(timer.ActorType, timer.ActorId.GetId(), timer.Name);
}
