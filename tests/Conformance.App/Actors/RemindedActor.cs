using System.Text;
using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace Serverless.Conformance.App.Actors;

/// <summary>Reminders; each firing is an entry of the journal.</summary>
public interface IReminded : IActor
{
    Task<string> RemindAsync(Schedule schedule);

    Task<string> StopAsync(string name);

    /// <summary>What the sidecar knows of a reminder; null where it has none.</summary>
    Task<ReminderView?> LookAsync(string name);
}

/// <summary>When something fires; a period of null is once.</summary>
public sealed record Schedule(string Name, string Data, int DueMilliseconds, int? PeriodMilliseconds = null, int? Repetitions = null, int? TtlMilliseconds = null)
{
    internal TimeSpan Due => TimeSpan.FromMilliseconds(DueMilliseconds);

    internal TimeSpan Period => TimeSpan.FromMilliseconds(PeriodMilliseconds ?? -1);

    internal TimeSpan? Ttl => TtlMilliseconds is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    internal byte[] Bytes => Encoding.UTF8.GetBytes(Data);
}

public sealed record ReminderView(string Name, double DueSeconds, double PeriodSeconds);

internal sealed class RemindedActor(ActorHost host) : Actor(host), IReminded, IRemindable
{
    public async Task<string> RemindAsync(Schedule schedule)
    {
        var reminder = schedule switch
        {
            { Repetitions: { } times, Ttl: { } ttl } => await RegisterReminderAsync(schedule.Name, schedule.Bytes, schedule.Due, schedule.Period, times, ttl),
            { Repetitions: { } times } => await RegisterReminderAsync(schedule.Name, schedule.Bytes, schedule.Due, schedule.Period, times),
            { Ttl: { } ttl } => await RegisterReminderAsync(schedule.Name, schedule.Bytes, schedule.Due, schedule.Period, ttl),
            _ => await RegisterReminderAsync(schedule.Name, schedule.Bytes, schedule.Due, schedule.Period),
        };
        return reminder.Name;
    }

    public async Task<string> StopAsync(string name)
    {
        await UnregisterReminderAsync(name);
        return name;
    }

    public async Task<ReminderView?> LookAsync(string name)
    {
        try
        {
            var reminder = await GetReminderAsync(name);
            return reminder is null ? null : new ReminderView(reminder.Name, reminder.DueTime.TotalSeconds, reminder.Period.TotalSeconds);
        }
        catch (Dapr.DaprApiException)
        {
            return null;
        }
    }

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        Journal.Note($"reminders:{Id}:{reminderName}", Encoding.UTF8.GetString(state));
        return Task.CompletedTask;
    }
}
