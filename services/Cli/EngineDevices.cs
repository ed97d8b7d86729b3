using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Cli;

/// <summary>What the engines of this machine run on.</summary>
/// <param name="Cards">The GPUs, an engine on each.</param>
/// <param name="WithoutCards">What they run on if there are none: <c>cpu</c>, or a device of another backend.</param>
internal sealed record EngineDevices(IReadOnlyList<CudaDevice> Cards, string WithoutCards)
{
    /// <summary>The CPU.</summary>
    public static EngineDevices Cpu { get; } = new([], "cpu");
}
