using System.Runtime.InteropServices;
using System.Text.Json;
using Dapr.Sidecar.Scheduling;

namespace Dapr.Sidecar.Actors;

/// <summary>The body that registers a reminder or a timer.</summary>
/// <param name="DueTime">As it was written; empty for "at once".</param>
/// <param name="Period">As it was written; empty for "once".</param>
/// <param name="Ttl">As it was written; null for none.</param>
/// <param name="Data">JSON for the actor; null for none.</param>
/// <param name="Callback">The method that a timer is for.</param>
/// <param name="Overwrite">Whether it may take the place of one of the same name.</param>
/// <param name="Schedule">What the three times mean.</param>
internal sealed record ScheduleRequest(string DueTime, string Period, string? Ttl, byte[]? Data, string? Callback, bool Overwrite, Schedule Schedule)
{
    /// <summary>Reads a body at a time. A <c>ttl</c> that is a duration counts from the first time on, as in daprd.</summary>
    /// <exception cref="ActorException">It is no such body.</exception>
    public static ScheduleRequest Parse(ReadOnlyMemory<byte> json, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var (dueTime, period, ttl) = (Text(root, "dueTime") ?? "", Text(root, "period") ?? "", Text(root, "ttl"));
            var every = Recurrence.Parse(period);
            var due = dueTime.Length == 0 ? now : Recurrence.ParseTime(dueTime, now);
            var schedule = new Schedule(due, every, every.Repetitions, string.IsNullOrEmpty(ttl) ? null : Recurrence.ParseTime(ttl, due));
            if (schedule.IsExpired(now))
            {
                throw new FormatException($"ttl {ttl} ends before the first time, {due:O}");
            }

            var data = root.TryGetProperty("data", out var value) ? JsonMarshal.GetRawUtf8Value(value).ToArray() : null;
            var overwrite = !root.TryGetProperty("overwrite", out var over) || over.ValueKind != JsonValueKind.False;
            return new ScheduleRequest(dueTime, period, ttl, data, Text(root, "callback"), overwrite, schedule);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw ActorException.Malformed(error.Message);
        }
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
