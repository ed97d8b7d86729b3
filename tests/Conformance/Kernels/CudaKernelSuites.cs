using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Conformance.Tests.Kernels;

/// <summary>The CUDA backend, where there is a card. Weights, activations and KV cache are of one type, so inputs are rounded to it as well.</summary>
public abstract class CudaKernelSuite(DType type, double tolerance, bool batchInvariant = false) : KernelSuite
{
    private const long ArenaBytes = 1L << 30;

    protected override double Tolerance => tolerance;

    protected override bool IsBatchInvariant => batchInvariant;

    protected override DType KvType => type;

    protected override bool Takes(DType storage) => storage == type;

    /// <summary>More outputs than a card has multiprocessors for: the larger tiles of swiglu.cu.</summary>
    protected override IEnumerable<(int Rows, int Inner, int Inputs)> SwiGluSizes => [.. base.SwiGluSizes, (128, 8960, 64), (250, 8960, 72), (256, 4480, 200)];

    protected override double AttentionTolerance(DType storage) => 2 * tolerance;

    protected override IKernels Create()
    {
        Assert.SkipWhen(CudaDevice.Enumerate().Count == 0, "this machine has no CUDA card");
        return new CudaKernels(CudaDevice.Enumerate()[0], type, batchInvariant: batchInvariant, arenaBytes: ArenaBytes);
    }
}

public sealed class CudaFloat32Kernels() : CudaKernelSuite(DType.Float32, 5e-6);

public sealed class CudaFloat16Kernels() : CudaKernelSuite(DType.Float16, 2e-3);

public sealed class CudaBFloat16Kernels() : CudaKernelSuite(DType.BFloat16, 1.5e-2);

public sealed class CudaBatchInvariantFloat32Kernels() : CudaKernelSuite(DType.Float32, 5e-6, batchInvariant: true);

public sealed class CudaBatchInvariantBFloat16Kernels() : CudaKernelSuite(DType.BFloat16, 1.5e-2, batchInvariant: true);
