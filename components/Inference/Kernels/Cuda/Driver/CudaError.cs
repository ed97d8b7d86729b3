using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Turns answers of the CUDA driver into errors.</summary>
internal static unsafe class CudaError
{
    /// <summary>CUDA_SUCCESS.</summary>
    public const int Success = 0;

    /// <summary>CUDA_ERROR_OUT_OF_MEMORY.</summary>
    public const int OutOfMemory = 2;

    /// <summary>CUDA_ERROR_STUB_LIBRARY: the toolkit's stand-in for the driver, as containers without a card have it.</summary>
    public const int StubLibrary = 34;

    /// <summary>CUDA_ERROR_NO_DEVICE.</summary>
    public const int NoDevice = 100;

    /// <summary>CUDA_ERROR_NOT_FOUND.</summary>
    public const int NotFound = 500;

    /// <summary>CUDA_ERROR_NOT_READY.</summary>
    public const int NotReady = 600;

    /// <summary>Throws unless <paramref name="status"/> says that all is well.</summary>
    /// <param name="status">What the driver answered, a CUresult.</param>
    /// <param name="call">The function, for the message.</param>
    /// <exception cref="InferenceException">It answered with an error; of the code out_of_memory where memory does not suffice, else cuda.</exception>
    public static void Check(int status, string call)
    {
        if (status != Success) throw Of(status, call);
    }

    /// <summary>The error that an answer stands for: "cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY (out of memory)".</summary>
    /// <param name="status">What the driver answered, a CUresult.</param>
    /// <param name="call">The function, for the message.</param>
    public static InferenceException Of(int status, string call)
    {
        byte* name = null;
        byte* text = null;
        if (Driver.cuGetErrorName(status, &name) != Success) name = null;
        if (Driver.cuGetErrorString(status, &text) != Success) text = null;
        return Of(status, call, Marshal.PtrToStringUTF8((nint)name), Marshal.PtrToStringUTF8((nint)text));
    }

    /// <summary>The error that an answer stands for, its name and text known.</summary>
    public static InferenceException Of(int status, string call, string? name, string? text) => new(
        status == OutOfMemory ? InferenceErrorCodes.OutOfMemory : InferenceErrorCodes.Cuda,
        $"{call}: {name ?? $"status {status}"}{(text is null ? "" : $" ({text})")}");
}
