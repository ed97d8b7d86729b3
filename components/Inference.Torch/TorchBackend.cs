namespace Serverless.Inference.Torch;

/// <summary>
/// The engine on TorchSharp: device <c>torch</c>, <c>torch:cpu</c>, <c>torch:cuda</c> or <c>torch:cuda:N</c>. A second opinion on the engine's
/// own kernels and a way onto what only libtorch runs on; it makes no promise about the batch and is slower.
/// </summary>
public sealed class TorchBackend : IKernelBackend
{
    /// <summary>What its devices' names begin with.</summary>
    public const string DeviceName = KernelBackends.Torch;

    /// <inheritdoc/>
    public string Name => DeviceName;

    /// <inheritdoc/>
    public void Check(string device) => TorchDevice.Check(device);

    /// <inheritdoc/>
    public IKernels Open(EngineOptions options, DType storage)
    {
        storage.ToTorch();
        if (options.BatchInvariant)
        {
            throw new InferenceException(
                InferenceErrorCodes.EngineOptions,
                $"batch_invariant: torch chooses other sums for other shapes, so device {options.Device} cannot promise it. Leave it out, or run with --device cpu or cuda.");
        }

        return new TorchKernels(options.Device, storage, options.Threads);
    }
}
