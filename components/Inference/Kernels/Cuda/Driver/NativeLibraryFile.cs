using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>A shared library that is looked for when it is first needed: under several names, in the loader's folders and then in CUDA's.</summary>
/// <param name="title">What it is, for people: "NVRTC".</param>
/// <param name="names">File names, the wanted one first: <c>libnvrtc.so.13</c>.</param>
/// <param name="advice">What to install when there is none.</param>
internal sealed class NativeLibraryFile(string title, IReadOnlyList<string> names, string advice)
{
    private readonly Lock access = new();
    private nint handle;

    /// <summary>Takes the place of the system's loader; a test's.</summary>
    public Func<string, nint> Open { get; init; } = path => NativeLibrary.TryLoad(path, out nint library) ? library : 0;

    /// <summary>Gives an environment variable's value, or null.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Loads the library unless it is.</summary>
    /// <returns>Its handle.</returns>
    /// <exception cref="InferenceException">It is not there; says what was looked for and where, and what to install.</exception>
    public nint Load() => TryLoad() is var library and not 0 ? library : throw new InferenceException(
        InferenceErrorCodes.Cuda,
        $"{title} was not found: looked for {string.Join(", ", names)} in the loader's folders (LD_LIBRARY_PATH and the system's) and in "
        + $"{string.Join(", ", Folders())}. {advice}");

    /// <summary>Loads the library unless it is; 0 where it is not there. Looks again at every call until it is found.</summary>
    public nint TryLoad()
    {
        lock (access)
        {
            if (handle == 0) handle = Candidates().Select(Open).FirstOrDefault(library => library != 0);
            return handle;
        }
    }

    /// <summary>Where it is looked for, in that order: every name as the loader finds it, then in every folder.</summary>
    public IEnumerable<string> Candidates() => names.Concat(Folders().SelectMany(folder => names.Select(name => Path.Combine(folder, name))));

    private List<string> Folders()
    {
        string?[] roots = [Variable("CUDA_PATH"), Variable("CUDA_HOME"), "/usr/local/cuda"];
        return [.. roots.OfType<string>().Where(root => root.Length > 0)
            .SelectMany(root => new[] { Path.Combine(root, "lib64"), Path.Combine(root, "targets/x86_64-linux/lib") }).Distinct()];
    }
}
