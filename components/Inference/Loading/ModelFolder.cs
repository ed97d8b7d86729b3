using Serverless.Inference.Models;

namespace Serverless.Inference.Loading;

/// <summary>
/// A model in Hugging Face layout: config.json, generation_config.json (optional) and safetensors weights. What config.json asks
/// for is checked when the folder is opened; the weights are mapped, not read.
/// </summary>
public sealed class ModelFolder : IDisposable
{
    private ModelFolder(string path, ModelConfig config, GenerationConfig generation, Weights weights)
    {
        Path = path;
        Config = config;
        Generation = generation;
        Weights = weights;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The model's mathematics, with the end-of-sequence tokens of generation_config.json over those of config.json.</summary>
    public ModelConfig Config { get; }

    /// <summary>Recommended sampling.</summary>
    public GenerationConfig Generation { get; }

    /// <summary>The tensors, valid until this is disposed.</summary>
    public Weights Weights { get; }

    /// <summary>Opens a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InferenceException">
    /// <see cref="InferenceErrorCodes.ModelFile"/>: a file is missing, truncated or malformed;
    /// <see cref="InferenceErrorCodes.ModelUnsupported"/>: the architecture or a field of config.json is not supported.
    /// </exception>
    public static ModelFolder Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(full))
            throw ModelErrors.File(full, File.Exists(full) ? "is a file; expected a model folder." : "there is no such folder.");
        var generation = GenerationConfig.Read(full);
        var config = ModelConfigReader.Read(full);
        var ends = generation.EosTokenIds.Count > 0 ? generation.EosTokenIds : config.EosTokenIds;

        // A token that has no logit can never come, so it ends nothing and there is nothing to mask.
        config = config with { EosTokenIds = [.. ends.Where(token => token < config.VocabSize)] };
        return new ModelFolder(full, config, generation, Weights.Open(full));
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();
}
