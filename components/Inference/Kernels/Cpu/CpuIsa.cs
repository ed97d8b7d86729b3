using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Which instructions the kernels use. All give the same bits: every path sums in the same order with fused multiply-adds.</summary>
public enum CpuIsa
{
    /// <summary>128-bit vectors that every .NET platform has (NEON on Arm).</summary>
    Portable,

    /// <summary>256-bit vectors with fused multiply-add.</summary>
    Avx2,

    /// <summary>The same, with dot products of bytes (AVX-VNNI).</summary>
    Avx2Vnni,

    /// <summary>512-bit vectors, and dot products of bytes where the processor has them.</summary>
    Avx512,
}

internal static class CpuIsas
{
    /// <summary>The best set of this machine.</summary>
    public static CpuIsa Best => Enum.GetValues<CpuIsa>().Last(IsSupported);

    public static bool IsSupported(CpuIsa isa) => isa switch
    {
        CpuIsa.Portable => true,
        CpuIsa.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        CpuIsa.Avx2Vnni => AvxVnni.IsSupported && Fma.IsSupported,
        CpuIsa.Avx512 => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported && Fma.IsSupported,
        _ => false,
    };

    /// <summary>For people.</summary>
    public static string Name(CpuIsa isa) => isa switch
    {
        CpuIsa.Avx2 => "AVX2",
        CpuIsa.Avx2Vnni => "AVX2 with VNNI",
        CpuIsa.Avx512 => "AVX-512",
        _ => "portable",
    };
}
