namespace Serverless.Inference.Loading.Hub;

/// <summary>Which files of a model the engine reads.</summary>
internal static class HubFiles
{
    public const string Config = "config.json";
    public const string SingleWeights = "model.safetensors";

    private static readonly string[] Small =
    [
        Config, "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "tokenizer.model", "chat_template.jinja", "chat_template.json",
    ];

    /// <summary>Configuration, tokenizer and chat template: everything but weights.</summary>
    public static bool IsSmall(string name) => Small.Contains(name);

    /// <summary>Whether a file of a local folder has a say in what the model generates.</summary>
    public static bool Matters(string name) =>
        IsSmall(name) || name == WeightIndex.FileName || name.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>Whether a folder holds a configuration and all of its weights.</summary>
    public static bool IsComplete(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Config))) return false;
        if (File.Exists(Path.Combine(folder, SingleWeights))) return true;
        string index = Path.Combine(folder, WeightIndex.FileName);
        return File.Exists(index) && WeightIndex.Shards(index).All(shard => File.Exists(Path.Combine(folder, shard)));
    }
}
