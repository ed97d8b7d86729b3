namespace Serverless.Inference.Loading.Hub;

/// <summary>Which files of a model the engine reads.</summary>
internal static class HubFiles
{
    public const string Config = "config.json";
    public const string SingleWeights = "model.safetensors";
    public const string WeightsIndex = "model.safetensors.index.json";

    private static readonly string[] Small =
    [
        Config, "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "tokenizer.model", "chat_template.jinja", "chat_template.json",
    ];

    /// <summary>Configuration, tokenizer and chat template: everything but weights.</summary>
    public static bool IsSmall(string name) => Small.Contains(name);

    /// <summary>Whether a file of a local folder has a say in what the model generates.</summary>
    public static bool Matters(string name) =>
        IsSmall(name) || name == WeightsIndex || name.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>The shards that an index names, in order, each once.</summary>
    /// <exception cref="InferenceException">The index is malformed or names a file outside of its folder.</exception>
    public static IReadOnlyList<string> ShardsOf(string indexPath)
    {
        var map = JsonFields.Read(indexPath).Object("weight_map") ?? throw ModelErrors.File(indexPath, "has no weight_map.");
        var shards = map.Names.Select(tensor => (Tensor: tensor, File: map.Text(tensor) ?? "")).DistinctBy(entry => entry.File).ToList();
        foreach (var (tensor, file) in shards)
        {
            // A name from a downloaded file must not lead out of the folder.
            if (Path.GetFileName(file) != file || file.Contains('\\', StringComparison.Ordinal) || !file.EndsWith(".safetensors", StringComparison.Ordinal))
                throw ModelErrors.File(indexPath, $"tensor {tensor}: expected the name of a .safetensors file beside it, found \"{file}\".");
        }

        return [.. shards.Select(entry => entry.File).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether a folder holds a configuration and all of its weights.</summary>
    public static bool IsComplete(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Config))) return false;
        if (File.Exists(Path.Combine(folder, SingleWeights))) return true;
        string index = Path.Combine(folder, WeightsIndex);
        return File.Exists(index) && ShardsOf(index).All(shard => File.Exists(Path.Combine(folder, shard)));
    }
}
