using System.Globalization;
using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Runner;

/// <summary>The device that an engine's options name.</summary>
internal static class EngineDevice
{
    private const string Auto = "auto", Cpu = "cpu", Cuda = "cuda";

    /// <summary>Checks the name.</summary>
    /// <exception cref="InferenceException">It is none.</exception>
    public static void Check(EngineOptions options)
    {
        if (options.Device is not (Auto or Cpu or Cuda) && !TryIndex(options.Device, out _))
            throw new InferenceException(InferenceErrorCodes.EngineOptions, $"device must be auto, cpu, cuda or cuda:N; found {options.Device}.");
    }

    /// <summary>Opens the device.</summary>
    /// <param name="options">Options that were checked.</param>
    /// <exception cref="InferenceException">There is no such card, or a CUDA library is missing.</exception>
    public static IKernels Open(EngineOptions options)
    {
        if (Card(options) is not { } card) return new CpuKernels(options.Threads);
        return new CudaKernels(card, EngineLimits.StorageOf(options), options.GpuMemoryUtilization, options.BatchInvariant);
    }

    /// <summary>The card to run on; null for the CPU. An engine of int8 weights runs on the CPU unless a card is asked for.</summary>
    private static CudaDevice? Card(EngineOptions options)
    {
        if (options.Device == Cpu) return null;
        var cards = CudaDevice.Enumerate();
        if (options.Device == Auto) return options.Quantization is null && cards.Count > 0 ? cards[0] : null;
        TryIndex(options.Device, out int index);
        if (index < cards.Count) return cards[index];
        throw new InferenceException(
            InferenceErrorCodes.Cuda,
            cards.Count == 0
                ? $"device {options.Device}: this machine has no CUDA card that its driver shows. Use device cpu or auto, or see serverless doctor."
                : $"device {options.Device}: there are {cards.Count} cards, cuda:0 to cuda:{cards.Count - 1}.");
    }

    private static bool TryIndex(string device, out int index)
    {
        index = 0;
        return device.StartsWith(Cuda + ":", StringComparison.Ordinal) && int.TryParse(device.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
