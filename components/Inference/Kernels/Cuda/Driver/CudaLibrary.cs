using System.Reflection;
using System.Runtime.InteropServices;

// CUDA's libraries are found by NativeLibraryFile, libc by the system.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// The four shared libraries of the CUDA backend. None is touched before one of its functions is called; a call into one that is not
/// there throws an <see cref="InferenceException"/> that says what to install.
/// </summary>
internal static class CudaLibrary
{
    /// <summary>Name of the driver in <c>LibraryImport</c>.</summary>
    public const string Cuda = "cuda";

    /// <summary>Name of the run-time compiler in <c>LibraryImport</c>.</summary>
    public const string Nvrtc = "nvrtc";

    /// <summary>Name of the matrix library in <c>LibraryImport</c>.</summary>
    public const string CublasLt = "cublasLt";

    /// <summary>Name of the management library in <c>LibraryImport</c>.</summary>
    public const string Nvml = "nvidia-ml";

    private const string Toolkit =
        "Install the CUDA toolkit 12 or 13 (NVIDIA's packages cuda-nvrtc-13-0 and libcublas-13-0 are enough), set CUDA_PATH to where it lies, or choose the device cpu.";

    private const string Driver = "Install NVIDIA's driver for the card, or, in a container, start it with the NVIDIA container toolkit (docker run --gpus all); or choose the device cpu.";

    private static readonly Dictionary<string, NativeLibraryFile> Files = new()
    {
        [Cuda] = new("The CUDA driver", ["libcuda.so.1"], Driver),
        [Nvrtc] = new("NVRTC, CUDA's run-time compiler,", ["libnvrtc.so.13", "libnvrtc.so.12"], Toolkit),
        [CublasLt] = new("cuBLASLt", ["libcublasLt.so.13", "libcublasLt.so.12"], Toolkit),
        [Nvml] = new("NVML", ["libnvidia-ml.so.1"], Driver),
    };

    // Before the first call of a native function: their classes refer to this one in their static constructors.
    static CudaLibrary() => NativeLibrary.SetDllImportResolver(typeof(CudaLibrary).Assembly, Resolve);

    /// <summary>Makes calls of the libraries find them. Loads nothing.</summary>
    public static void Register()
    {
    }

    /// <summary>Whether a library is there; loads it.</summary>
    /// <param name="name">One of the names above.</param>
    public static bool IsPresent(string name) => Files[name].TryLoad() != 0;

    /// <summary>Loads a library.</summary>
    /// <param name="name">One of the names above.</param>
    /// <exception cref="InferenceException">It is not there; says what was looked for and where, and what to install.</exception>
    public static void Require(string name) => Files[name].Load();

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        Files.TryGetValue(name, out var file) ? file.Load() : 0;
}
