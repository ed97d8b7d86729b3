using System.Buffers;
using System.Text.Json;

namespace Dapr.Actors.Runtime.Timers;

/// <summary>A timer's or a reminder's call, as the sidecar sends it to the app.</summary>
internal readonly record struct TimerCall(byte[] Data, TimeSpan DueTime, TimeSpan Period, string? Callback);

/// <summary>The JSON of timers and reminders: as registered with the sidecar, and as the sidecar sends it when one is due.</summary>
internal static class TimerJson
{
    public static byte[] Write(ActorReminder reminder) => Write(writer =>
    {
        writer.WriteString("dueTime"u8, DaprDuration.Write(reminder.DueTime));
        writer.WriteString("period"u8, DaprDuration.WritePeriod(reminder.Period, reminder.Repetitions));
        writer.WriteBase64String("data"u8, reminder.State);
        WriteTtl(writer, reminder.Ttl);
    });

    public static byte[] Write(ActorTimer timer) => Write(writer =>
    {
        writer.WriteString("dueTime"u8, DaprDuration.Write(timer.DueTime));
        if (timer.Period >= TimeSpan.Zero)
        {
            writer.WriteString("period"u8, DaprDuration.Write(timer.Period));
        }

        if (timer.Data is not null)
        {
            writer.WriteBase64String("data"u8, timer.Data);
        }

        writer.WriteString("callback"u8, timer.TimerCallback);
        WriteTtl(writer, timer.Ttl);
    });

    /// <summary>A reminder as the sidecar knows it; null when it answers with nothing of one.</summary>
    public static ActorReminder? ReadRegistered(byte[] body, ActorReminderToken token)
    {
        if (body.Length == 0)
        {
            return null;
        }

        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !(root.TryGetProperty("dueTime", out _) || root.TryGetProperty("period", out _)
            || root.TryGetProperty("data", out _) || root.TryGetProperty("ttl", out _)))
        {
            return null;
        }

        var (period, repetitions) = DaprDuration.ReadPeriod(Text(root, "period"));
        var due = Text(root, "dueTime") is { Length: > 0 } dueTime ? DaprDuration.Read(dueTime) : TimeSpan.Zero;
        TimeSpan? ttl = Text(root, "ttl") is { Length: > 0 } text ? DaprDuration.Read(text) : null;

        // A sidecar may answer with what is left of the time to live, which may be less than the due time.
        return new ActorReminder(token.ActorType, token.ActorId, token.Name, Bytes(root), due, period, repetitions is 0 ? null : repetitions, ttl < due ? due : ttl);
    }

    /// <summary>What the sidecar sends to the app. Missing data is an empty array.</summary>
    public static TimerCall ReadCall(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        return new TimerCall(Bytes(root), DaprDuration.Read(Text(root, "dueTime")), DaprDuration.Read(Text(root, "period")), Text(root, "callback"));
    }

    private static byte[] Write(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTtl(Utf8JsonWriter writer, TimeSpan? ttl)
    {
        if (ttl is { } value)
        {
            writer.WriteString("ttl"u8, DaprDuration.Write(value));
        }
    }

    private static byte[] Bytes(JsonElement root) =>
        root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.String ? data.GetBytesFromBase64() : [];

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
