namespace Serverless.Inference.Kernels.Cuda;

/// <summary>A kernel of a <see cref="CudaModule"/>. Used by one thread at a time.</summary>
internal sealed unsafe class CudaKernel
{
    // More than this a kernel gets only if it asks beforehand.
    private const int SharedWithoutAsking = 48 * 1024;

    private readonly nint function;
    private readonly int mostShared;
    private readonly bool overlaps;
    private int allowedShared = SharedWithoutAsking;

    /// <param name="name">Its name.</param>
    /// <param name="function">The driver's handle, a CUfunction.</param>
    /// <param name="mostShared">Shared memory that a block may have on this card.</param>
    /// <param name="overlaps">Whether it may start before the kernel in front of it has ended, and waits for it itself (common.cuh).</param>
    public CudaKernel(string name, nint function, int mostShared, bool overlaps = false)
    {
        this.overlaps = overlaps;
        Name = name;
        this.function = function;
        this.mostShared = mostShared;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Queues a run with scalar and pointer arguments.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="grid">Blocks.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="arguments">One for each parameter, of its type; copied before this returns.</param>
    /// <exception cref="InferenceException">The card refuses the launch.</exception>
    public void Launch(CudaStream stream, (int X, int Y, int Z) grid, int threads, int sharedBytes, ReadOnlySpan<KernelArgument> arguments)
    {
        void** parameters = stackalloc void*[arguments.Length + 1];
        fixed (KernelArgument* first = arguments)
        {
            for (int i = 0; i < arguments.Length; i++) parameters[i] = first + i;
            Launch(stream, grid, threads, sharedBytes, parameters);
        }
    }

    /// <summary>Queues a run.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="grid">Blocks.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="parameters">The address of each parameter's value; a struct's too. The values are copied before this returns.</param>
    /// <exception cref="InferenceException">The card refuses the launch.</exception>
    public void Launch(CudaStream stream, (int X, int Y, int Z) grid, int threads, int sharedBytes, void** parameters)
    {
        if (sharedBytes > allowedShared) AllowShared(sharedBytes);
        bool early = overlaps && !stream.IsBarrier;
        stream.IsBarrier = false;
        var attribute = new LaunchAttribute { Id = Driver.AttributeProgrammaticSerialization, Value = 1 };
        var config = new LaunchConfig
        {
            GridX = (uint)grid.X, GridY = (uint)grid.Y, GridZ = (uint)grid.Z, BlockX = (uint)threads, BlockY = 1, BlockZ = 1,
            SharedBytes = (uint)sharedBytes, Stream = stream.Handle, Attributes = &attribute, AttributeCount = early ? 1u : 0,
        };
        int status = Driver.cuLaunchKernelEx(&config, function, parameters, null);
        if (status != CudaError.Success) throw Refused(status, grid, threads, sharedBytes);
    }

    /// <summary>Blocks of a size that a multiprocessor runs at once.</summary>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    public int ActiveBlocks(int threads, int sharedBytes)
    {
        if (sharedBytes > allowedShared) AllowShared(sharedBytes);
        int blocks;
        CudaError.Check(
            Driver.cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, function, threads, (nuint)sharedBytes), nameof(Driver.cuOccupancyMaxActiveBlocksPerMultiprocessor));
        return blocks;
    }

    private void AllowShared(int bytes)
    {
        if (bytes > mostShared)
        {
            throw new InferenceException(
                InferenceErrorCodes.Cuda, $"{Name} asks for {bytes} bytes of shared memory a block; this card gives at most {mostShared}.");
        }

        CudaError.Check(
            Driver.cuFuncSetAttribute(function, Driver.FunctionMaxDynamicShared, bytes), $"{nameof(Driver.cuFuncSetAttribute)}({Name}, {bytes} bytes of shared memory)");
        allowedShared = bytes;
    }

    private InferenceException Refused(int status, (int X, int Y, int Z) grid, int threads, int sharedBytes) => CudaError.Of(
        status, $"{nameof(Driver.cuLaunchKernelEx)}({Name}, grid {grid.X} x {grid.Y} x {grid.Z}, {threads} threads, {sharedBytes} bytes shared)");
}
