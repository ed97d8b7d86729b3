using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <content>Streams, events and graphs.</content>
internal static unsafe partial class Driver
{
    /// <summary>CU_STREAM_NON_BLOCKING: does not wait for the legacy default stream.</summary>
    public const uint StreamNonBlocking = 1;

    /// <summary>CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: what other threads do does not break a capture.</summary>
    public const int CaptureThreadLocal = 1;

    /// <summary>CU_EVENT_DEFAULT: an event that keeps the time.</summary>
    public const uint EventTiming = 0;

    /// <summary>CU_EVENT_DISABLE_TIMING.</summary>
    public const uint EventNoTiming = 2;

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuStreamCreate(nint* stream, uint flags);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuStreamDestroy_v2(nint stream);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuStreamSynchronize(nint stream);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuStreamWaitEvent(nint stream, nint waited, uint flags);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuStreamBeginCapture_v2(nint stream, int mode);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuStreamEndCapture(nint stream, nint* graph);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuGraphInstantiateWithFlags(nint* executable, nint graph, ulong flags);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuGraphLaunch(nint executable, nint stream);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuGraphDestroy(nint graph);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuGraphExecDestroy(nint executable);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuEventCreate(nint* created, uint flags);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuEventRecord(nint recorded, nint stream);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuEventSynchronize(nint waited);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuEventQuery(nint asked);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuEventElapsedTime(float* milliseconds, nint from, nint to);

    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuEventDestroy_v2(nint destroyed);
}
