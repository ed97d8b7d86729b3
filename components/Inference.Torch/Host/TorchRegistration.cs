using System.Runtime.CompilerServices;
using Serverless.Inference.Kernels;

namespace Serverless.Inference.Torch.Host;

/// <summary>Part of every program that imports References.props: it has the device "torch" before its first line runs. Loads nothing of TorchSharp.</summary>
internal static class TorchRegistration
{
    [ModuleInitializer]
    internal static void Register() => KernelBackends.Register(new TorchBackend());
}
