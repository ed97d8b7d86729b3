using Serverless.Conformance.Tests.Kernels;
using Serverless.Inference.Kernels;

namespace Serverless.Inference.Torch.Tests;

/// <summary>
/// What every backend must do, on the device torch: the CPU, or CUDA where libtorch has it. Weights, activations and KV cache are of one type, so
/// inputs are rounded to it as well.
/// </summary>
public abstract class TorchKernelSuite(DType type, double tolerance) : KernelSuite
{
    protected override double Tolerance => tolerance;

    protected override bool IsBatchInvariant => false;

    protected override DType KvType => type;

    protected override bool Takes(DType storage) => storage == type;

    protected override double AttentionTolerance(DType storage) => 2 * tolerance;

    protected override IKernels Create()
    {
        TorchMachine.Require();
        return new TorchBackend().Open(new EngineOptions("") { Device = "torch" }, type);
    }
}

public sealed class TorchFloat32Kernels() : TorchKernelSuite(DType.Float32, 5e-6);

public sealed class TorchFloat16Kernels() : TorchKernelSuite(DType.Float16, 2e-3);

public sealed class TorchBFloat16Kernels() : TorchKernelSuite(DType.BFloat16, 1.5e-2);
