using System.Diagnostics.CodeAnalysis;

namespace Serverless.Inference.Loading;

/// <summary>
/// The tensors of a checkpoint over one or more memory-mapped safetensors files: <c>model.safetensors</c>, or the shards that
/// <c>model.safetensors.index.json</c> names. Nothing is read until a tensor's data is. Thread-safe until it is disposed.
/// </summary>
public sealed class Weights : IDisposable
{
    private const string SingleFile = "model.safetensors";

    private readonly string folder;
    private readonly IReadOnlyList<SafetensorsFile> files;
    private readonly Dictionary<string, SafetensorsFile> home;

    private Weights(string folder, IReadOnlyList<SafetensorsFile> files, Dictionary<string, SafetensorsFile> home)
    {
        this.folder = folder;
        this.files = files;
        this.home = home;
    }

    /// <summary>Names of all tensors, in no particular order.</summary>
    public IEnumerable<string> Names => home.Keys;

    /// <summary>Maps the weights of a model folder; a single file is preferred over an index, as in transformers.</summary>
    /// <exception cref="InferenceException">There are none, only ones in another format, or a file is malformed or truncated.</exception>
    public static Weights Open(string folder)
    {
        string single = Path.Combine(folder, SingleFile);
        if (File.Exists(single))
        {
            var file = SafetensorsFile.Open(single);
            return new Weights(folder, [file], file.Names.ToDictionary(name => name, _ => file));
        }

        string index = Path.Combine(folder, WeightIndex.FileName);
        return File.Exists(index) ? OpenSharded(folder, index) : throw NoWeights(folder);
    }

    /// <summary>The tensor of that name, if there is one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="InferenceException">It is there, but of a type that the engine has no kernels for, or above 2 GiB.</exception>
    public bool TryGet(string name, [NotNullWhen(true)] out WeightTensor? tensor)
    {
        tensor = home.TryGetValue(name, out var file) ? file.Get(name) : null;
        return tensor is not null;
    }

    /// <summary>The tensor of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="InferenceException">There is none, it is of a type that the engine has no kernels for, or above 2 GiB.</exception>
    public WeightTensor Get(string name)
    {
        if (TryGet(name, out var tensor)) return tensor;
        string nearest = Nearest.Of(name, Names) is { } match ? $"; the nearest name is {match}" : "";
        string where = files.Count == 1 ? files[0].Path : Path.Combine(folder, WeightIndex.FileName);
        throw ModelErrors.File(where, $"has no tensor {name} among its {home.Count}{nearest}.");
    }

    /// <summary>The tensor of that name, which must have that shape.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Dimensions, outermost first.</param>
    /// <exception cref="InferenceException">There is none, it has another shape, is of a type that the engine has no kernels for, or above 2 GiB.</exception>
    public WeightTensor Get(string name, params ReadOnlySpan<int> shape)
    {
        var tensor = Get(name);
        if (shape.SequenceEqual([.. tensor.Shape])) return tensor;
        throw ModelErrors.File(
            tensor.File, $"tensor {name}: config.json asks for shape [{string.Join(", ", shape.ToArray())}], found [{string.Join(", ", tensor.Shape)}].");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in files) file.Dispose();
    }

    private static Weights OpenSharded(string folder, string index)
    {
        var shards = new Dictionary<string, SafetensorsFile>();
        var homes = new Dictionary<string, SafetensorsFile>();
        try
        {
            foreach (var (name, fileName) in WeightIndex.Read(index))
            {
                if (!shards.TryGetValue(fileName, out var shard)) shards.Add(fileName, shard = OpenShard(folder, index, name, fileName));
                if (!shard.Has(name)) throw ModelErrors.File(index, $"says that {fileName} holds tensor {name}, but it does not.");
                homes.Add(name, shard);
            }

            return new Weights(folder, [.. shards.Values], homes);
        }
        catch
        {
            foreach (var shard in shards.Values) shard.Dispose();
            throw;
        }
    }

    private static SafetensorsFile OpenShard(string folder, string index, string tensor, string fileName)
    {
        string path = Path.Combine(folder, fileName);
        if (!File.Exists(path)) throw ModelErrors.File(index, $"tensor {tensor} is in {fileName}, which is missing; {ModelErrors.FilesIn(folder)}.");
        return SafetensorsFile.Open(path);
    }

    private static InferenceException NoWeights(string folder)
    {
        string expected = $"expected {SingleFile} or {WeightIndex.FileName}";
        string? pickle = Directory.EnumerateFiles(folder).Select(Path.GetFileName)
            .Where(name => Path.GetExtension(name) is ".bin" or ".pt" or ".pth" or ".ckpt").Order().FirstOrDefault();
        if (pickle is null) return ModelErrors.File(folder, $"holds no weights: {expected}; {ModelErrors.FilesIn(folder)}.");
        return ModelErrors.File(
            Path.Combine(folder, pickle),
            $"is a pickle, which can run code when it is opened and is refused; {expected}. Convert it once with transformers: "
            + "AutoModelForCausalLM.from_pretrained(folder).save_pretrained(folder, safe_serialization=True).");
    }
}
