using System.Text.Json;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.Expressions;

namespace Dapr.Sidecar.PubSub;

/// <summary>A rule of a subscription: events for which the expression holds go to the path.</summary>
internal sealed record RouteRule(Expression Match, string Path);

/// <summary>A subscription of an app: what it wants of a topic, and on which of its routes.</summary>
internal sealed record AppSubscription(string PubSub, string Topic, IReadOnlyList<RouteRule> Rules, string? DefaultPath, string? DeadLetterTopic, bool RawPayload)
{
    /// <summary>The path for an event; null where no rule holds and there is no default.</summary>
    public string? PathOf(JsonElement @event)
    {
        var variables = new Dictionary<string, object?> { ["event"] = @event };
        return Rules.FirstOrDefault(rule => rule.Match.Holds(variables))?.Path ?? DefaultPath;
    }

    /// <summary>Reads the answer of an app's <c>GET /dapr/subscribe</c>.</summary>
    /// <exception cref="FormatException">It is not what Dapr expects.</exception>
    public static IReadOnlyList<AppSubscription> ReadAnswer(JsonElement answer) => answer.ValueKind switch
    {
        JsonValueKind.Array => [.. answer.EnumerateArray().Select(Read)],
        JsonValueKind.Null => [],
        _ => throw new FormatException("it is no JSON array"),
    };

    /// <summary>Reads a <c>kind: Subscription</c> document, v2alpha1 or v1alpha1.</summary>
    /// <exception cref="ComponentException">It does not follow the schema.</exception>
    public static (AppSubscription Subscription, IReadOnlyList<string> Scopes) Read(YamlField root)
    {
        root.Allow("apiVersion", "kind", "metadata", "spec", "scopes");
        var spec = root["spec"];
        spec.Allow("version", "topic", "pubsubname", "route", "routes", "deadLetterTopic", "deadlettertopic", "metadata");
        spec["routes"].Allow("rules", "default");
        var rules = new List<RouteRule>();
        foreach (var rule in spec["routes"]["rules"].Items)
        {
            rule.Allow("match", "path");
            try
            {
                rules.Add(new RouteRule(Expression.Parse(rule["match"].Required(), "event"), rule["path"].Required()));
            }
            catch (FormatException error)
            {
                throw rule["match"].Error(error.Message);
            }
        }

        var path = spec["route"].Text() ?? spec["routes"]["default"].Text();
        if (rules.Count == 0 && path is null)
        {
            throw spec["routes"].Error("needs a default or rules");
        }

        return (new AppSubscription(
            spec["pubsubname"].Required(), spec["topic"].Required(), rules, path,
            spec["deadLetterTopic"].Text() ?? spec["deadlettertopic"].Text(), spec["metadata"]["rawPayload"].Flag() ?? false), root["scopes"].Texts);
    }

    private static AppSubscription Read(JsonElement item)
    {
        string? Text(string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
        if (item.TryGetProperty("bulkSubscribe", out var bulk) && bulk.ValueKind == JsonValueKind.Object && bulk.TryGetProperty("enabled", out var enabled) && enabled.ValueKind == JsonValueKind.True)
        {
            throw new FormatException($"topic \"{Text("topic")}\" asks for bulkSubscribe, which the embedded sidecar does not have: messages come one by one");
        }

        var rules = new List<RouteRule>();
        var path = Text("route");
        if (item.TryGetProperty("routes", out var routes) && routes.ValueKind == JsonValueKind.Object)
        {
            path = routes.TryGetProperty("default", out var fallback) && fallback.GetString() is { Length: > 0 } text ? text : path;
            foreach (var rule in routes.TryGetProperty("rules", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
            {
                var target = rule.GetProperty("path").GetString()!;
                var match = rule.TryGetProperty("match", out var condition) ? condition.GetString() : null;
                rules.Add(new RouteRule(Expression.Parse(string.IsNullOrEmpty(match) ? "true" : match, "event"), target));
            }
        }

        var raw = item.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("rawPayload", out var flag) && flag.ToString().ToLowerInvariant() is "true" or "1";
        return new AppSubscription(
            Text("pubsubname") ?? throw new FormatException("a subscription has no pubsubname"),
            Text("topic") ?? throw new FormatException("a subscription has no topic"),
            rules, path ?? (rules.Count == 0 ? throw new FormatException($"the subscription to \"{Text("topic")}\" has no route") : null), Text("deadLetterTopic"), raw);
    }
}
