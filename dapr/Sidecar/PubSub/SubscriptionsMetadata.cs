using System.Text.Json.Nodes;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.PubSub;

/// <summary>The <c>subscriptions</c> of <c>GET /v1.0/metadata</c>: what is delivered to the app at present.</summary>
internal sealed class SubscriptionsMetadata(Subscriptions subscriptions) : IMetadataSource
{
    public void Describe(SidecarApp app, JsonObject metadata) =>
        metadata["subscriptions"] = new JsonArray([.. subscriptions.Of(app.Id).Select(subscription => (JsonNode)Describe(subscription))]);

    private static JsonObject Describe(AppSubscription subscription)
    {
        var described = new JsonObject
        {
            ["pubsubname"] = subscription.PubSub,
            ["topic"] = subscription.Topic,
            ["rules"] = new JsonArray([.. Rules(subscription)]),
        };
        if (subscription.DeadLetterTopic is { } deadLetters)
        {
            described["deadLetterTopic"] = deadLetters;
        }

        return described;
    }

    private static IEnumerable<JsonNode> Rules(AppSubscription subscription)
    {
        foreach (var rule in subscription.Rules)
        {
            yield return new JsonObject { ["match"] = rule.Match.Text, ["path"] = rule.Path };
        }

        if (subscription.DefaultPath is { } path)
        {
            yield return new JsonObject { ["path"] = path };
        }
    }
}
