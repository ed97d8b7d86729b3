using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// The CUDA driver API, as cuda.h declares it: each function has its C name and answers with a CUresult, for
/// <see cref="CudaError.Check"/>. A CUdevice is an int, a CUdeviceptr a ulong, every other handle a nint.
/// </summary>
internal static unsafe partial class Driver
{
    /// <summary>CUdevice_attribute: CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT.</summary>
    public const int AttributeMultiprocessors = 16;

    /// <summary>CUdevice_attribute: CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR.</summary>
    public const int AttributeComputeMajor = 75;

    /// <summary>CUdevice_attribute: CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR.</summary>
    public const int AttributeComputeMinor = 76;

    /// <summary>CUdevice_attribute: CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN.</summary>
    public const int AttributeSharedMemoryPerBlock = 97;

    static Driver() => CudaLibrary.Register();

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuInit(uint flags);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuDriverGetVersion(int* version);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuGetErrorName(int status, byte** name);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuGetErrorString(int status, byte** text);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuDeviceGetCount(int* count);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuDeviceGet(int* device, int ordinal);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuDeviceGetName(byte* name, int length, int device);

    /// <summary>Writes the 16 bytes of a CUuuid.</summary>
    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuDeviceGetUuid_v2(byte* uuid, int device);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuDeviceTotalMem_v2(nuint* bytes, int device);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuDeviceGetAttribute(int* value, int attribute, int device);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuDevicePrimaryCtxRetain(nint* context, int device);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuDevicePrimaryCtxRelease_v2(int device);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuCtxSetCurrent(nint context);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuCtxGetCurrent(nint* context);
}
