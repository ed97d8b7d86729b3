using System.Runtime.InteropServices;
using System.Text;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Compiles CUDA C++ to machine code (CUBIN) with NVRTC. Needs no card.</summary>
internal static unsafe class KernelCompiler
{
    /// <summary>The compiler's options for a card, before a kernel's own: C++17 for its architecture, with what only Hopper has (wgmma, TMA) on 9.0.</summary>
    public static IReadOnlyList<string> OptionsFor(int computeMajor, int computeMinor) =>
        [$"--gpu-architecture=sm_{computeMajor}{computeMinor}{(computeMajor == 9 && computeMinor == 0 ? "a" : "")}", "--std=c++17"];

    /// <summary>Compiles.</summary>
    /// <param name="name">The source's name, for messages: <c>sampling.cu</c>.</param>
    /// <param name="source">CUDA C++.</param>
    /// <param name="options">The compiler's options.</param>
    /// <exception cref="InferenceException">NVRTC is missing, or the source does not compile; holds the compiler's log.</exception>
    public static byte[] Compile(string name, string source, IReadOnlyList<string> options)
    {
        nint program;
        fixed (byte* text = Utf8(source))
        fixed (byte* title = Utf8(name))
        {
            Nvrtc.Check(Nvrtc.nvrtcCreateProgram(&program, text, title, 0, null, null), nameof(Nvrtc.nvrtcCreateProgram));
        }

        try
        {
            int status = CompileProgram(program, options);
            if (status is Nvrtc.CompilationFailed or Nvrtc.InvalidOption)
            {
                throw new InferenceException(
                    InferenceErrorCodes.Cuda, $"{name} does not compile with NVRTC {Nvrtc.Version} and {string.Join(' ', options)}:\n{Log(program)}");
            }

            Nvrtc.Check(status, $"{nameof(Nvrtc.nvrtcCompileProgram)}({name})");
            nuint bytes;
            Nvrtc.Check(Nvrtc.nvrtcGetCUBINSize(program, &bytes), nameof(Nvrtc.nvrtcGetCUBINSize));
            byte[] code = new byte[bytes];
            fixed (byte* start = code) Nvrtc.Check(Nvrtc.nvrtcGetCUBIN(program, start), nameof(Nvrtc.nvrtcGetCUBIN));
            return code;
        }
        finally
        {
            _ = Nvrtc.nvrtcDestroyProgram(&program);
        }
    }

    private static int CompileProgram(nint program, IReadOnlyList<string> options)
    {
        byte** pointers = stackalloc byte*[options.Count + 1];
        try
        {
            for (int i = 0; i < options.Count; i++) pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(options[i]);
            return Nvrtc.nvrtcCompileProgram(program, options.Count, pointers);
        }
        finally
        {
            for (int i = 0; i < options.Count; i++) Marshal.FreeCoTaskMem((nint)pointers[i]);
        }
    }

    private static string Log(nint program)
    {
        nuint bytes;
        Nvrtc.Check(Nvrtc.nvrtcGetProgramLogSize(program, &bytes), nameof(Nvrtc.nvrtcGetProgramLogSize));
        byte[] log = new byte[bytes];
        fixed (byte* start = log) Nvrtc.Check(Nvrtc.nvrtcGetProgramLog(program, start), nameof(Nvrtc.nvrtcGetProgramLog));
        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
