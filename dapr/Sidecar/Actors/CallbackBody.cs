using System.Buffers;
using System.Text.Json;

namespace Dapr.Sidecar.Actors;

/// <summary>The JSON that an app gets when a reminder or timer comes.</summary>
internal static class CallbackBody
{
    /// <summary>Writes it; the callback is a timer's.</summary>
    public static byte[] Write(string dueTime, string period, string? ttl, byte[]? data, string? callback)
    {
        var buffer = new ArrayBufferWriter<byte>(128 + (data?.Length ?? 0));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (data is not null)
            {
                json.WritePropertyName("data");
                json.WriteRawValue(data);
            }

            json.WriteString("dueTime", dueTime);
            json.WriteString("period", period);
            if (ttl is not null)
            {
                json.WriteString("ttl", ttl);
            }

            if (callback is not null)
            {
                json.WriteString("callback", callback);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
