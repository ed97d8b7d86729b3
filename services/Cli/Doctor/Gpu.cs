using Serverless.Inference;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Cli.Doctor;

/// <summary>Looks for cards, and for what engines need to run on them.</summary>
internal static class Gpu
{
    private const double GiB = 1L << 30;
    private const string OnCpu = "Models run on the CPU.";

    public static IReadOnlyList<Check> Look()
    {
        try
        {
            var cards = CudaDevice.Enumerate();
            if (cards.Count > 0)
            {
                return
                [
                    .. cards.Select(Card),
                    new Check("CUDA driver", $"{CudaDevice.DriverVersion ?? "of unknown version"}, for CUDA up to {CudaDevice.CudaVersion}"),
                    Library("NVRTC", () => CudaLibraries.Nvrtc),
                    Library("cuBLASLt", () => CudaLibraries.CublasLt),
                ];
            }

            var reason = CudaDevice.CudaVersion is null ? "libcuda.so.1 was not found" : "the CUDA driver shows no card";
            return [new Check("GPU", $"none ({reason})", CheckStatus.Optional, OnCpu)];
        }
        catch (InferenceException error)
        {
            return [new Check("GPU", "none of use", CheckStatus.Missing, error.Message)];
        }
    }

    private static Check Card(CudaDevice card)
    {
        var name = $"GPU {card.Index}";
        var what = $"{card.Name}, compute capability {card.ComputeMajor}.{card.ComputeMinor}, {card.Multiprocessors} multiprocessors, {card.Uuid}";
        try
        {
            return new Check(name, $"{what}, {card.MemoryBytes / GiB:0.0} GiB, {card.FreeBytes() / GiB:0.0} GiB free");
        }
        catch (InferenceException error)
        {
            return new Check(name, $"{what}, which cannot be used: {error.Message}", CheckStatus.Missing, "End what else runs on it (nvidia-smi), or leave it out with CUDA_VISIBLE_DEVICES.");
        }
    }

    private static Check Library(string name, Func<Version> version)
    {
        try
        {
            var found = version();
            return found.Major <= CudaDevice.CudaVersion?.Major
                ? new Check(name, $"{found}")
                : new Check(name, $"{found}, newer than the driver", CheckStatus.Missing, $"Renew the driver, or install the one of CUDA {CudaDevice.CudaVersion?.Major} in its place.");
        }
        catch (InferenceException error)
        {
            return new Check(name, "not found, and engines on a GPU need it", CheckStatus.Missing, error.Message);
        }
    }
}
