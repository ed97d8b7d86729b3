using System.Text.Json;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Actors;

/// <summary>What an app says about its actors in <c>GET /dapr/config</c>: its types with their options, and how often idle ones are looked for.</summary>
internal sealed record ActorAppConfig(IReadOnlyDictionary<string, ActorTypeOptions> Types, TimeSpan ScanInterval)
{
    private static readonly TimeSpan DefaultScanInterval = TimeSpan.FromSeconds(30);

    /// <summary>An app without actors.</summary>
    public static readonly ActorAppConfig None = new(new Dictionary<string, ActorTypeOptions>(), DefaultScanInterval);

    /// <summary>Reads the JSON; options of <c>entitiesConfig</c> that a type does not state are the app's.</summary>
    /// <exception cref="FormatException">It is no such JSON.</exception>
    public static ActorAppConfig Parse(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return None;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var options = Options(root, ActorTypeOptions.Default);
            var types = Names(root).ToDictionary(name => name, _ => options);
            foreach (var entity in Array(root, "entitiesConfig"))
            {
                var own = Options(entity, options);
                foreach (var name in Names(entity).Where(types.ContainsKey))
                {
                    types[name] = own;
                }
            }

            return new ActorAppConfig(types, Bounded(Duration(root, "actorScanInterval"), DefaultScanInterval));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FormatException($"GET /dapr/config is not what it should be: {error.Message}", error);
        }
    }

    private static ActorTypeOptions Options(JsonElement json, ActorTypeOptions otherwise)
    {
        var reentrancy = json.TryGetProperty("reentrancy", out var value) && value.ValueKind == JsonValueKind.Object ? value : default;
        return new ActorTypeOptions(
            Duration(json, "actorIdleTimeout") ?? otherwise.IdleTimeout,
            Bounded(Duration(json, "drainOngoingCallTimeout"), otherwise.DrainTimeout),
            Bool(json, "drainRebalancedActors") ?? otherwise.DrainRebalanced,
            Bool(reentrancy, "enabled") ?? otherwise.Reentrant,
            Int(reentrancy, "maxStackDepth") ?? otherwise.MaxStackDepth);
    }

    private static IEnumerable<string> Names(JsonElement json) => Array(json, "entities").Select(name => name.GetString()!).Distinct();

    private static IEnumerable<JsonElement> Array(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];

    private static TimeSpan? Duration(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.GetString() is not { Length: > 0 } text)
        {
            return null;
        }

        return GoDuration.TryParse(text, out var duration) ? duration : throw new FormatException($"{name} is \"{text}\", no duration such as 1h30m");
    }

    /// <summary>What a timer can wait for; nothing and less than nothing mean the default.</summary>
    private static TimeSpan Bounded(TimeSpan? time, TimeSpan otherwise) =>
        time is not { } stated || stated <= TimeSpan.Zero ? otherwise : stated < TimeSpan.FromDays(1) ? stated : TimeSpan.FromDays(1);

    private static bool? Bool(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetBoolean() : null;

    private static int? Int(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetInt32() : null;
}
