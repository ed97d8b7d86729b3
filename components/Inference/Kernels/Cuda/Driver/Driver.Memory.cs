using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <content>Memory of the card and of the host, and copies.</content>
internal static unsafe partial class Driver
{
    /// <summary>CU_MEMHOSTALLOC_PORTABLE: pinned for every context, not only the current one.</summary>
    public const uint HostPortable = 1;

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemGetInfo_v2(nuint* free, nuint* total);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemAlloc_v2(ulong* pointer, nuint bytes);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemFree_v2(ulong pointer);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemHostAlloc(void** pointer, nuint bytes, uint flags);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemFreeHost(void* pointer);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemcpyHtoDAsync_v2(ulong to, void* from, nuint bytes, nint stream);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemcpyDtoHAsync_v2(void* to, ulong from, nuint bytes, nint stream);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemcpyDtoDAsync_v2(ulong to, ulong from, nuint bytes, nint stream);

    /// <summary>Fills <paramref name="count"/> bytes.</summary>
    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemsetD8Async(ulong to, byte value, nuint count, nint stream);

    /// <summary>Fills <paramref name="count"/> 32-bit words.</summary>
    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuMemsetD32Async(ulong to, uint value, nuint count, nint stream);
}
