using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Hints that memory is about to be read. An address past the end of an allocation is harmless.</summary>
internal static unsafe class Prefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Near(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
