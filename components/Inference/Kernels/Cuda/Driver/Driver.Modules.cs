using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <content>Compiled code and its launch.</content>
internal static unsafe partial class Driver
{
    /// <summary>CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES.</summary>
    public const int FunctionMaxDynamicShared = 8;

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuModuleLoadData(nint* module, void* image);

    /// <param name="function">Receives the function.</param>
    /// <param name="module">The module.</param>
    /// <param name="name">Its name, UTF-8, ended by a zero byte.</param>
    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuModuleGetFunction(nint* function, nint module, byte* name);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuModuleUnload(nint module);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuFuncSetAttribute(nint function, int attribute, int value);

    /// <summary>CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION: the kernel may start before the one in front of it has ended.</summary>
    public const int AttributeProgrammaticSerialization = 6;

    /// <param name="blocks">Receives how many blocks a multiprocessor runs at once.</param>
    /// <param name="function">The kernel.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, nint function, int threads, nuint sharedBytes);

    /// <param name="config">Where and how it runs.</param>
    /// <param name="function">The kernel.</param>
    /// <param name="parameters">The address of each parameter's value; the values are copied before the call returns.</param>
    /// <param name="extra">Null.</param>
    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuLaunchKernelEx(LaunchConfig* config, nint function, void** parameters, void** extra);
}

/// <summary>A CUlaunchConfig.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LaunchConfig
{
    /// <summary>Blocks along x, y, z.</summary>
    public uint GridX, GridY, GridZ;

    /// <summary>Threads of a block along x, y, z.</summary>
    public uint BlockX, BlockY, BlockZ;

    /// <summary>Dynamic shared memory of a block.</summary>
    public uint SharedBytes;

    /// <summary>Where it runs.</summary>
    public nint Stream;

    /// <summary>Attributes.</summary>
    public LaunchAttribute* Attributes;

    /// <summary>How many.</summary>
    public uint AttributeCount;
}

/// <summary>A CUlaunchAttribute with a value of 32 bits.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct LaunchAttribute
{
    /// <summary>Which.</summary>
    [FieldOffset(0)]
    public int Id;

    /// <summary>Its value.</summary>
    [FieldOffset(8)]
    public int Value;
}
