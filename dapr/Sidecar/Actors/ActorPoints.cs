namespace Dapr.Sidecar.Actors;

/// <summary>The points of the actors' write paths at which a test can make the process fail.</summary>
internal static class ActorPoints
{
    /// <summary>A state transaction was read and checked; nothing is stored.</summary>
    public const string StateBeforeCommit = "sidecar.actor-state.before-commit";

    /// <summary>A state transaction is stored; the app does not know yet.</summary>
    public const string StateAfterCommit = "sidecar.actor-state.after-commit";

    /// <summary>A reminder was read and checked; nothing is stored.</summary>
    public const string ReminderBeforeCommit = "sidecar.actor-reminder.before-commit";

    /// <summary>A reminder is stored; it does not wait in memory yet, and the app does not know.</summary>
    public const string ReminderAfterCommit = "sidecar.actor-reminder.after-commit";

    /// <summary>A reminder fell due; the app was not called.</summary>
    public const string ReminderBeforeDelivery = "sidecar.actor-reminder.before-delivery";

    /// <summary>The app took a reminder; its progress is not stored, so it comes again.</summary>
    public const string ReminderDelivered = "sidecar.actor-reminder.delivered";

    /// <summary>A reminder's progress is stored.</summary>
    public const string ReminderAdvanced = "sidecar.actor-reminder.advanced";
}
