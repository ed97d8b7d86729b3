namespace Serverless.Inference.Loading;

/// <summary>Reads <c>model.safetensors.index.json</c>: which shard holds which tensor.</summary>
internal static class WeightIndex
{
    public const string FileName = "model.safetensors.index.json";

    /// <summary>Every tensor and the name of its file, in the order of the index.</summary>
    /// <exception cref="InferenceException">The index is malformed or names a file outside of its folder.</exception>
    public static IReadOnlyList<(string Tensor, string Shard)> Read(string path)
    {
        var map = JsonFields.Read(path).Object("weight_map") ?? throw ModelErrors.File(path, "has no weight_map.");
        return [.. map.Names.Select(tensor => (tensor, Checked(path, tensor, map.Text(tensor))))];
    }

    /// <summary>The files that the index names, each once.</summary>
    /// <exception cref="InferenceException">See <see cref="Read"/>.</exception>
    public static IReadOnlyList<string> Shards(string path) => [.. Read(path).Select(entry => entry.Shard).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The index may have been downloaded: a name in it must not lead out of the folder.</summary>
    private static string Checked(string path, string tensor, string? shard) =>
        shard is not null && shard.EndsWith(".safetensors", StringComparison.Ordinal) && shard.IndexOfAny(['/', '\\']) < 0
            ? shard
            : throw ModelErrors.File(path, $"tensor {tensor}: expected the name of a .safetensors file beside it, found \"{shard}\".");
}
