using System.Text.Json.Serialization;

namespace Serverless.Contracts.Specs;

/// <summary>Where engine replicas are placed, after Ray's placement groups.</summary>
public sealed record PlacementSpec
{
    /// <summary>How bundles are spread over nodes. Default: PACK.</summary>
    [JsonPropertyName("strategy")]
    public PlacementStrategy Strategy { get; init; } = PlacementStrategy.Pack;

    /// <summary>Resources of one worker. Default: one accelerator.</summary>
    [JsonPropertyName("bundle_per_worker")]
    public IReadOnlyDictionary<string, double> BundlePerWorker { get; init; } = new Dictionary<string, double> { ["accelerator"] = 1 };

    /// <summary>Accelerator model that nodes must have. Default: any.</summary>
    [JsonPropertyName("accelerator_type")]
    public string? AcceleratorType { get; init; }

    /// <summary>Labels that nodes must have. Default: none.</summary>
    [JsonPropertyName("labels")]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>How long the job waits for capacity, such as <c>30m</c>. Default: for ever.</summary>
    [JsonPropertyName("timeout")]
    public string? Timeout { get; init; }

    /// <summary>Share the engine with no other job. Default: false.</summary>
    [JsonPropertyName("dedicated")]
    public bool Dedicated { get; init; }
}

/// <summary>How the bundles of a replica are spread over nodes; Ray's meanings.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlacementStrategy>))]
public enum PlacementStrategy
{
    /// <summary>On as few nodes as possible.</summary>
    [JsonStringEnumMemberName("PACK")]
    Pack,

    /// <summary>On as many nodes as possible.</summary>
    [JsonStringEnumMemberName("SPREAD")]
    Spread,

    /// <summary>All on one node.</summary>
    [JsonStringEnumMemberName("STRICT_PACK")]
    StrictPack,

    /// <summary>Each on a node of its own.</summary>
    [JsonStringEnumMemberName("STRICT_SPREAD")]
    StrictSpread,
}

/// <summary>Who is told when the job ends.</summary>
public sealed record NotifySpec
{
    /// <summary>Address that gets a signed POST. Default: none.</summary>
    [JsonPropertyName("webhook")]
    public string? Webhook { get; init; }

    /// <summary>Pub/sub topic that gets a CloudEvent. Default: none.</summary>
    [JsonPropertyName("topic")]
    public string? Topic { get; init; }
}
