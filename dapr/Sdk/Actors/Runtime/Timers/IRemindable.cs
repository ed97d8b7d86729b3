namespace Dapr.Actors.Runtime;

/// <summary>An actor that takes reminders. Reminders of an actor that is not one are dropped.</summary>
public interface IRemindable
{
    /// <summary>A reminder is due.</summary>
    /// <param name="reminderName">The name that it was registered with.</param>
    /// <param name="state">The bytes that it was registered with; empty when there were none.</param>
    /// <param name="dueTime">The due time that it was registered with.</param>
    /// <param name="period">The period that it was registered with; -1 ms when it fires once.</param>
    Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period);
}
