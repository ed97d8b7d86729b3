using System.Text.Json.Serialization;
using Dapr.Sidecar.Scheduling;

namespace Dapr.Sidecar.Actors.Reminders;

/// <summary>Which reminder: an actor has one of a name.</summary>
internal readonly record struct ReminderKey(ActorKey Actor, string Name)
{
    public override string ToString() => $"{Actor}/{Name}";
}

/// <summary>A reminder as it was registered, and what is left of its schedule. Never changed: a new object takes its place.</summary>
internal sealed record Reminder(ReminderKey Key, string DueTime, string Period, string? Ttl, byte[]? Data, Schedule Schedule)
{
    /// <summary>Its payload in the store.</summary>
    public ReminderRow ToRow() => new(
        DueTime, Period, Ttl, Data, Schedule.DueAt, Schedule.Left, Schedule.ExpiresAt);

    /// <summary>What was stored.</summary>
    /// <exception cref="FormatException">The period is none.</exception>
    public static Reminder FromRow(ReminderKey key, ReminderRow row) => new(
        key, row.DueTime, row.Period, row.Ttl, row.Data, new Schedule(row.DueAt, Recurrence.Parse(row.Period), row.Left, row.ExpiresAt));
}

/// <summary>The JSON of a stored reminder.</summary>
internal sealed record ReminderRow(string DueTime, string Period, string? Ttl, byte[]? Data, DateTimeOffset DueAt, int? Left, DateTimeOffset? ExpiresAt);

[JsonSerializable(typeof(ReminderRow))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
internal sealed partial class ReminderJson : JsonSerializerContext;
