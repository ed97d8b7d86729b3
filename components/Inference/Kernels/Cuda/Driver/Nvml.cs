using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>NVML, the library behind nvidia-smi, as nvml.h declares it.</summary>
internal static unsafe partial class Nvml
{
    // NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE.
    private const int VersionLength = 80;

    static Nvml() => CudaLibrary.Register();

    /// <summary>The driver's version as nvidia-smi prints it (580.95.05); null where NVML is not there or has no driver to ask.</summary>
    public static string? DriverVersion()
    {
        if (!CudaLibrary.IsPresent(CudaLibrary.Nvml) || nvmlInit_v2() != 0) return null;
        byte* version = stackalloc byte[VersionLength];
        int status = nvmlSystemGetDriverVersion(version, VersionLength);
        _ = nvmlShutdown();
        return status == 0 ? Marshal.PtrToStringUTF8((nint)version) : null;
    }

    [LibraryImport(CudaLibrary.Nvml)]
    internal static partial int nvmlInit_v2();

    [LibraryImport(CudaLibrary.Nvml)]
    internal static partial int nvmlSystemGetDriverVersion(byte* version, uint length);

    [LibraryImport(CudaLibrary.Nvml)]
    internal static partial int nvmlShutdown();
}
