using System.Text.Json;
using Serverless.Inference.Models;

namespace Serverless.Inference.Loading;

/// <summary>
/// Reads how positions are rotated, in both spellings: <c>rope_theta</c> with <c>rope_scaling</c> (transformers up to 4), and
/// <c>rope_parameters</c> with everything inside (transformers 5).
/// </summary>
internal static class RopeReader
{
    private const string Types = "default, linear, llama3";

    /// <summary>Base, rotated share of a head, and scaling (null for none).</summary>
    public static (double Theta, double PartialFactor, RopeScaling? Scaling) Read(JsonFields config, string architecture)
    {
        string field = config.Has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        var rope = config.Object(field);
        if (field == "rope_parameters" && config.Has("rope_scaling")
            && !JsonElement.DeepEquals(config.Find("rope_parameters")!.Value, config.Find("rope_scaling")!.Value))
            throw ModelErrors.File(config.File, "rope_parameters and rope_scaling say different things; keep the one that the weights were trained with.");

        double theta = rope?.Number("rope_theta") ?? config.Number("rope_theta") ?? DefaultTheta(config, architecture);
        if (theta <= 1) throw ModelErrors.File(config.File, $"field rope_theta: expected a number above 1, found {theta}.");
        double partial = rope?.Number("partial_rotary_factor") ?? config.Number("partial_rotary_factor") ?? 1;
        if (partial is <= 0 or > 1) throw ModelErrors.File(config.File, $"field partial_rotary_factor: expected a number above 0 and at most 1, found {partial}.");
        return (theta, partial, rope is null ? null : ReadScaling(config, rope));
    }

    /// <summary>Early Llama files leave it out and mean 10,000; the other families never do, and their code's defaults changed.</summary>
    private static double DefaultTheta(JsonFields config, string architecture) =>
        architecture == "LlamaForCausalLM" ? 10_000 : throw ModelErrors.File(config.File, "field rope_theta is missing; expected a number above 1.");

    private static RopeScaling? ReadScaling(JsonFields config, JsonFields rope)
    {
        foreach (string perLayer in new[] { "full_attention", "sliding_attention", "mrope_section" })
        {
            if (rope.Has(perLayer)) throw rope.Unsupported(perLayer, "one rotation for all layers");
        }

        string field = rope.Has("rope_type") ? "rope_type" : "type";
        switch (rope.Text(field))
        {
            case "default":
                return null;
            case null when !rope.Has("factor"):
                return null;
            case null:
                throw ModelErrors.File(config.File, $"rotary scaling has a factor but no rope_type; expected one of {Types}.");
            case "linear":
                return new RopeScaling("linear", Positive(rope, "factor"));
            case "llama3":
                return ReadLlama3(config, rope);
            default:
                throw rope.Unsupported(field, Types);
        }
    }

    private static RopeScaling ReadLlama3(JsonFields config, JsonFields rope)
    {
        double low = Positive(rope, "low_freq_factor"), high = Positive(rope, "high_freq_factor");
        if (high <= low) throw ModelErrors.File(config.File, $"llama3 rotary scaling: expected high_freq_factor above low_freq_factor, found {high} and {low}.");
        int original = rope.OptionalSize("original_max_position_embeddings") ?? config.Size("original_max_position_embeddings");
        return new RopeScaling("llama3", Positive(rope, "factor"), low, high, original);
    }

    private static double Positive(JsonFields rope, string name)
    {
        double value = rope.Number(name) ?? throw ModelErrors.File(rope.File, $"rotary scaling has no {name}.");
        return value > 0 ? value : throw rope.Mismatch(name, "a number above 0", rope.Find(name)!.Value);
    }
}
