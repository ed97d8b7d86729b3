using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>NVRTC, the compiler of CUDA C++ at run time, as nvrtc.h declares it; an nvrtcProgram is a nint. It needs no card.</summary>
internal static unsafe partial class Nvrtc
{
    /// <summary>NVRTC_ERROR_COMPILATION: the program's log says why.</summary>
    public const int CompilationFailed = 6;

    /// <summary>NVRTC_ERROR_INVALID_OPTION: the program's log says which.</summary>
    public const int InvalidOption = 5;

    static Nvrtc() => CudaLibrary.Register();

    /// <summary>Its version: 13.0.</summary>
    public static Version Version
    {
        get
        {
            int major, minor;
            Check(nvrtcVersion(&major, &minor), nameof(nvrtcVersion));
            return new Version(major, minor);
        }
    }

    /// <summary>Throws unless <paramref name="status"/> says that all is well.</summary>
    /// <exception cref="InferenceException">NVRTC answered with an error.</exception>
    public static void Check(int status, string call)
    {
        if (status == 0) return;
        throw new InferenceException(InferenceErrorCodes.Cuda, $"{call}: {Marshal.PtrToStringUTF8((nint)nvrtcGetErrorString(status)) ?? $"status {status}"}");
    }

    [LibraryImport(CudaLibrary.Nvrtc)]
    internal static partial byte* nvrtcGetErrorString(int status);

    [LibraryImport(CudaLibrary.Nvrtc)]
    internal static partial int nvrtcVersion(int* major, int* minor);

    [LibraryImport(CudaLibrary.Nvrtc)]
    internal static partial int nvrtcCreateProgram(nint* program, byte* source, byte* name, int headerCount, byte** headers, byte** headerNames);

    [LibraryImport(CudaLibrary.Nvrtc)]
    internal static partial int nvrtcCompileProgram(nint program, int optionCount, byte** options);

    [LibraryImport(CudaLibrary.Nvrtc)]
    internal static partial int nvrtcGetCUBINSize(nint program, nuint* bytes);

    [LibraryImport(CudaLibrary.Nvrtc)]
    internal static partial int nvrtcGetCUBIN(nint program, byte* cubin);

    /// <summary>Bytes of the log, with the zero byte at its end.</summary>
    [LibraryImport(CudaLibrary.Nvrtc)]
    internal static partial int nvrtcGetProgramLogSize(nint program, nuint* bytes);

    [LibraryImport(CudaLibrary.Nvrtc)]
    internal static partial int nvrtcGetProgramLog(nint program, byte* log);

    [LibraryImport(CudaLibrary.Nvrtc)]
    internal static partial int nvrtcDestroyProgram(nint* program);
}
