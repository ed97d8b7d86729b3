namespace Serverless.Inference.Loading;

/// <summary>One safetensors file, memory-mapped, its header read and checked.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    private readonly Dictionary<string, SafetensorsEntry> entries;
    private readonly FileMapping mapping;

    private SafetensorsFile(string path, Dictionary<string, SafetensorsEntry> entries, FileMapping mapping)
    {
        Path = path;
        this.entries = entries;
        this.mapping = mapping;
    }

    public string Path { get; }

    public IEnumerable<string> Names => entries.Keys;

    /// <summary>Checks the header and maps the file.</summary>
    /// <exception cref="InferenceException">The file is missing, truncated or malformed.</exception>
    public static SafetensorsFile Open(string path)
    {
        var header = SafetensorsHeader.Read(path);
        try
        {
            return new SafetensorsFile(path, header, new FileMapping(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ModelErrors.File(path, $"cannot be mapped: {e.Message}", e);
        }
    }

    public bool Has(string name) => entries.ContainsKey(name);

    /// <summary>The tensor's type, shape and bytes.</summary>
    /// <exception cref="InferenceException">The engine has no kernels for its type, or it is larger than one piece of memory can be.</exception>
    public WeightTensor Get(string name)
    {
        var entry = entries[name];
        if (SafetensorsHeader.ToDType(entry.Type) is not { } type)
        {
            throw new InferenceException(
                InferenceErrorCodes.ModelUnsupported,
                $"{Path}: tensor {name} has dtype {entry.Type}; supported: F32, BF16, F16. Quantised checkpoints are not supported: use the original weights.");
        }

        if (entry.Length > int.MaxValue)
            throw ModelErrors.Unsupported(Path, $"tensor {name}", $"{entry.Length} bytes", $"tensors of at most {int.MaxValue} bytes");
        return new WeightTensor(name, Path, type, Array.ConvertAll(entry.Shape, d => checked((int)d)), mapping.Slice(entry.Offset, (int)entry.Length));
    }

    public void Dispose() => mapping.Dispose();
}
