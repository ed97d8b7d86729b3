using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Loading;

namespace Serverless.Inference.Runner;

/// <summary>Makes the runner that suits the device.</summary>
internal static class StepRunners
{
    /// <summary>Opens the device and loads the model on it.</summary>
    /// <param name="options">Options that were checked.</param>
    /// <param name="folder">The model; not needed afterwards.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InferenceException">The device is not there, or an option, a tensor or the amount of memory is wrong.</exception>
    public static (IKernels Kernels, EngineLimits Limits, IStepRunner Runner) Load(EngineOptions options, ModelFolder folder, CancellationToken cancellationToken)
    {
        EngineLimits.CheckModel(options, folder.Config);
        var kernels = Open(options, folder);
        try
        {
            if (kernels is CudaKernels cuda)
            {
                var (limits, runner) = CudaRunner.Load(options, folder, cuda, cancellationToken);
                return (kernels, limits, runner);
            }

            var (hostLimits, hostRunner) = ModelRunner.Load(options, folder, kernels, cancellationToken);
            return (kernels, hostLimits, hostRunner);
        }
        catch (Exception e)
        {
            kernels.Dispose();
            if (e is not OutOfMemoryException) throw;
            throw new InferenceException(
                InferenceErrorCodes.OutOfMemory, "There is not enough memory for the weights and the KV cache. Set kv_cache_bytes lower.", e);
        }
    }

    /// <summary>Opens the device that the options name; with <c>auto</c>, int8 weights run on the CPU.</summary>
    /// <param name="options">Options that were checked.</param>
    /// <param name="folder">The model that will run on it.</param>
    /// <exception cref="InferenceException">There is no such device, it has too little memory, a library is missing, or the device does not do what an option asks for.</exception>
    public static IKernels Open(EngineOptions options, ModelFolder folder)
    {
        if (options is { Device: "auto", Quantization: not null }) return new CpuKernels(options.Threads);
        var device = DeviceSelection.Parse(options.Device);
        if (device.Backend is { } backend) return backend.Open(options, EngineLimits.StorageOf(options));
        return device.Cards() is [var card, ..] ? Open(options, folder, card) : new CpuKernels(options.Threads);
    }

    /// <summary>Opens a card.</summary>
    /// <exception cref="InferenceException">The card has too little memory, or a CUDA library is missing.</exception>
    private static CudaKernels Open(EngineOptions options, ModelFolder folder, CudaDevice card)
    {
        try
        {
            return new CudaKernels(
                card, EngineLimits.StorageOf(options), options.GpuMemoryUtilization, options.BatchInvariant, CudaMemory.Bytes(options, folder, card));
        }
        catch (InferenceException e) when (e.Code == InferenceErrorCodes.OutOfMemory)
        {
            var (need, available) = (CudaNeed.Of(options, folder, card), CudaMemory.Available(options, card));
            if (need.Total > available) throw need.Unmet(options, card, available, e);
            throw;
        }
    }
}
