namespace Dapr.Sidecar.Actors.Reminders;

internal static partial class RemindersLog
{
    [LoggerMessage(2301, LogLevel.Error, "Reminder {Reminder} is damaged: it was set aside (table quarantine) and does not come; register it anew")]
    public static partial void ReminderQuarantined(this ILogger<ReminderStore> log, ReminderKey reminder);

    [LoggerMessage(2302, LogLevel.Warning, "Reminder {Reminder} failed {Failures} time(s), it comes again in {Wait}: {Reason}")]
    public static partial void ReminderFailed(this ILogger<ActorReminders> log, ReminderKey reminder, int failures, TimeSpan wait, string reason);
}
