using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Which instructions the kernels use. All three give the same bits: every path sums in the same order with fused multiply-adds.</summary>
public enum CpuIsa
{
    /// <summary>128-bit vectors that every .NET platform has (NEON on Arm).</summary>
    Portable,

    /// <summary>256-bit vectors with fused multiply-add.</summary>
    Avx2,

    /// <summary>512-bit vectors.</summary>
    Avx512,
}

internal static class CpuIsas
{
    /// <summary>The widest set of this machine.</summary>
    public static CpuIsa Best => IsSupported(CpuIsa.Avx512) ? CpuIsa.Avx512 : IsSupported(CpuIsa.Avx2) ? CpuIsa.Avx2 : CpuIsa.Portable;

    public static bool IsSupported(CpuIsa isa) => isa switch
    {
        CpuIsa.Portable => true,
        CpuIsa.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        CpuIsa.Avx512 => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported && Fma.IsSupported,
        _ => false,
    };
}
