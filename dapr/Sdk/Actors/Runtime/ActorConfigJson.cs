using System.Buffers;
using System.Text.Json;
using Dapr.Actors.Runtime.Timers;

namespace Dapr.Actors.Runtime;

/// <summary>What the app tells its sidecar at <c>/dapr/config</c>: the types it hosts and how. Options that are not set are not sent.</summary>
internal static class ActorConfigJson
{
    public static byte[] Write(ActorRuntimeOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteEntities(writer, options.Actors.Select(actor => actor.Type.ActorTypeName));
            WriteOptions(writer, options);
            var own = options.Actors.Where(actor => actor.TypeOptions is not null).ToArray();
            if (own.Length > 0)
            {
                writer.WriteStartArray("entitiesConfig"u8);
                foreach (var actor in own)
                {
                    writer.WriteStartObject();
                    WriteEntities(writer, [actor.Type.ActorTypeName]);
                    WriteOptions(writer, actor.TypeOptions);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteEntities(Utf8JsonWriter writer, IEnumerable<string> names)
    {
        writer.WriteStartArray("entities"u8);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static void WriteOptions(Utf8JsonWriter writer, ActorRuntimeOptions options)
    {
        WriteDuration(writer, "actorIdleTimeout", options.ActorIdleTimeout);
        WriteDuration(writer, "actorScanInterval", options.ActorScanInterval);
        WriteDuration(writer, "drainOngoingCallTimeout", options.DrainOngoingCallTimeout);
        if (options.DrainRebalancedActors)
        {
            writer.WriteBoolean("drainRebalancedActors"u8, value: true);
        }

        if (options.RemindersStoragePartitions is { } partitions)
        {
            writer.WriteNumber("remindersStoragePartitions"u8, partitions);
        }

        writer.WriteStartObject("reentrancy"u8);
        writer.WriteBoolean("enabled"u8, options.ReentrancyConfig.Enabled);
        if (options.ReentrancyConfig.MaxStackDepth is { } depth)
        {
            writer.WriteNumber("maxStackDepth"u8, depth);
        }

        writer.WriteEndObject();
    }

    private static void WriteDuration(Utf8JsonWriter writer, string name, TimeSpan? value)
    {
        if (value is { } duration)
        {
            writer.WriteString(name, DaprDuration.Write(duration));
        }
    }
}
