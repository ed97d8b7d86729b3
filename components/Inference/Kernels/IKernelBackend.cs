namespace Serverless.Inference.Kernels;

/// <summary>A backend in an assembly of its own, which the engine does not know. Programs that have it register it with <see cref="KernelBackends"/>.</summary>
public interface IKernelBackend
{
    /// <summary>What its devices' names begin with: <c>torch</c> of <c>torch</c> and <c>torch:cpu</c>.</summary>
    string Name { get; }

    /// <summary>Checks the name of a device, as a setting has it. Touches no library and no device.</summary>
    /// <param name="device">The name; its part before the first colon is <see cref="Name"/>.</param>
    /// <exception cref="InferenceException">The backend has no devices of such a name (engine_options).</exception>
    void Check(string device);

    /// <summary>Opens a device. Tokens are then sampled on the host.</summary>
    /// <param name="options">The engine's options; their device was checked.</param>
    /// <param name="storage">The type of weights that they come to.</param>
    /// <exception cref="InferenceException">The device is not there, or the backend does not do what an option asks for.</exception>
    IKernels Open(EngineOptions options, DType storage);
}
