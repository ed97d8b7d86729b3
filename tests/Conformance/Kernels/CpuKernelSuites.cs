using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Conformance.Tests.Kernels;

public sealed class PortableCpuKernels : KernelSuite
{
    protected override IKernels Create() => CpuBackends.Create(CpuIsa.Portable, 2);
}

public sealed class Avx2CpuKernels : KernelSuite
{
    protected override IKernels Create() => CpuBackends.Create(CpuIsa.Avx2, 2);
}

public sealed class Avx2VnniCpuKernels : KernelSuite
{
    protected override IKernels Create() => CpuBackends.Create(CpuIsa.Avx2Vnni, 2);
}

public sealed class Avx512CpuKernels : KernelSuite
{
    protected override IKernels Create() => CpuBackends.Create(CpuIsa.Avx512, 3);
}

internal static class CpuBackends
{
    public static CpuKernels Create(CpuIsa isa, int threads)
    {
        Assert.SkipUnless(CpuKernels.IsSupported(isa), $"this machine has no {isa}");
        return new CpuKernels(threads, isa);
    }
}
