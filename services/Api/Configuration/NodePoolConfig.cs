using System.Text.Json.Serialization;
using Serverless.Contracts.Validation;
using Serverless.Placement.Scheduling;

namespace Serverless.Api.Configuration;

/// <summary>A kind of worker that may come, as the configuration declares it; what the fields mean: <see cref="NodePool"/>.</summary>
public sealed record NodePoolConfig
{
    /// <inheritdoc cref="NodePool.Name" />
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <inheritdoc cref="NodePool.MaxNodes" />
    [JsonPropertyName("max_nodes")]
    public int MaxNodes { get; init; } = 1000;

    /// <inheritdoc cref="NodePool.Accelerators" />
    [JsonPropertyName("accelerators")]
    public int Accelerators { get; init; }

    /// <inheritdoc cref="NodePool.AcceleratorType" />
    [JsonPropertyName("accelerator_type")]
    public string AcceleratorType { get; init; } = "cpu";

    /// <inheritdoc cref="NodePool.Resources" />
    [JsonPropertyName("resources")]
    public IReadOnlyDictionary<string, double> Resources { get; init; } = new Dictionary<string, double>();

    /// <inheritdoc cref="NodePool.Labels" />
    [JsonPropertyName("labels")]
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    internal NodePool ToNodePool() => new()
    {
        Name = Name, MaxNodes = MaxNodes, Accelerators = Accelerators, AcceleratorType = AcceleratorType, Resources = new(Resources), Labels = new(Labels),
    };

    internal IEnumerable<SpecError> Check(string path)
    {
        if (MaxNodes < 1)
        {
            yield return new SpecError($"{path}.max_nodes", $"expected at least 1, found {MaxNodes}");
        }

        if (Accelerators < 0)
        {
            yield return new SpecError($"{path}.accelerators", $"expected 0 or more, found {Accelerators}");
        }

        foreach (var (name, amount) in Resources.Where(resource => !(resource.Value >= 0 && resource.Value <= 1e18)))
        {
            yield return new SpecError($"{path}.resources.{name}", $"expected 0 to 1e18, found {amount}");
        }
    }
}
