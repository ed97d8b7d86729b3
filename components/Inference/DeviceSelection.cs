using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference;

/// <summary>
/// What engines run on, as a setting names it: <c>auto</c> (all cards, where there are none the CPU), <c>cpu</c>, <c>cuda</c> (all cards),
/// <c>cuda:0</c> or <c>cuda:0,2</c> (these). An engine takes the first of them, a worker has an engine on each. Programs may have further
/// devices (<see cref="KernelBackends"/>), of which a worker has one engine.
/// Cards are numbered as the CUDA driver shows them to this process, which <c>CUDA_VISIBLE_DEVICES</c> decides.
/// </summary>
public sealed class DeviceSelection
{
    private const string Expected = "auto, cpu, cuda or cuda:N";

    private readonly string text;
    private readonly int[] indices;

    private DeviceSelection(string text, int[] indices, IKernelBackend? backend = null)
    {
        this.text = text;
        this.indices = indices;
        Backend = backend;
    }

    /// <summary>Whose device it is; null: the engine's own CPU or CUDA backend's.</summary>
    public IKernelBackend? Backend { get; }

    /// <summary>The device of an engine that has none of the cards: <c>cpu</c>, or the one of another backend.</summary>
    public string WithoutCards => Backend is null ? "cpu" : text;

    /// <summary>Whether it names several cards.</summary>
    public bool IsList => indices.Length > 1;

    /// <summary>Whether it asks for cards, and does not leave it to the machine.</summary>
    public bool IsCuda => Backend is null && text is not ("auto" or "cpu");

    /// <summary>Reads a setting. Asks no driver.</summary>
    /// <param name="text">The setting.</param>
    /// <exception cref="InferenceException">It is none, or one of a backend that this build does not have (engine_options).</exception>
    public static DeviceSelection Parse(string text)
    {
        if (KernelBackends.Of(text) is { } backend) return new DeviceSelection(text, [], backend);
        if (text is "auto" or "cpu" or "cuda") return new DeviceSelection(text, []);
        string[] numbers = text.StartsWith("cuda:", StringComparison.Ordinal) ? text["cuda:".Length..].Split(',') : [];
        int[] named = [.. numbers.Where(number => number.Length is > 0 and < 5 && number.All(char.IsAsciiDigit)).Select(int.Parse)];
        if (named.Length == 0 || named.Length < numbers.Length || named.Distinct().Count() < named.Length)
            throw new InferenceException(InferenceErrorCodes.EngineOptions, $"device must be {Expected}; found {text}.");
        return new DeviceSelection(text, named);
    }

    /// <summary>The cards that it means here; none: <see cref="WithoutCards"/>.</summary>
    /// <exception cref="InferenceException">It names cards that are not there, or the driver does not work (cuda).</exception>
    public IReadOnlyList<CudaDevice> Cards()
    {
        if (text == "cpu" || Backend is not null) return [];
        var present = CudaDevice.Enumerate();

        // Says what to install.
        if (text != "auto" && present.Count == 0) CudaLibrary.Require(CudaLibrary.Cuda);
        return Cards(present);
    }

    /// <summary>The cards that it means among those that are there; none: <see cref="WithoutCards"/>.</summary>
    /// <exception cref="InferenceException">It names cards that are not there (cuda).</exception>
    public IReadOnlyList<CudaDevice> Cards(IReadOnlyList<CudaDevice> present) => text switch
    {
        _ when Backend is not null => [],
        "cpu" => [],
        "auto" => present,
        "cuda" => present.Count > 0 ? present : throw Missing(present),
        _ => [.. indices.Select(index => present.FirstOrDefault(card => card.Index == index) ?? throw Missing(present))],
    };

    private InferenceException Missing(IReadOnlyList<CudaDevice> present) => new(
        InferenceErrorCodes.Cuda,
        $"device {text} is not here: the CUDA driver shows this process "
        + (present.Count == 0 ? "no card" : string.Join(", ", present.Select(card => $"cuda:{card.Index} ({card.Name})")))
        + (Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES") is { } visible ? $", with CUDA_VISIBLE_DEVICES={visible}." : "."));
}
