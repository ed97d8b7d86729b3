using System.Collections.Concurrent;

namespace Serverless.Inference.Kernels;

/// <summary>The backends that this program has beside the engine's own, <c>cpu</c> and <c>cuda</c>.</summary>
public static class KernelBackends
{
    /// <summary>The backend that this repository has and only some builds bring.</summary>
    public const string Torch = "torch";

    private static readonly ConcurrentDictionary<string, IKernelBackend> Registered = new();

    /// <summary>Makes a backend's devices known to all engines of this process; one that is registered again takes the place of the first.</summary>
    public static void Register(IKernelBackend backend) => Registered[backend.Name] = backend;

    /// <summary>The backend of a device, which has checked its name; null: none of these.</summary>
    /// <exception cref="InferenceException">This build does not have the backend, or the backend no such device (engine_options).</exception>
    internal static IKernelBackend? Of(string device)
    {
        string name = device.Split(':')[0];
        if (Registered.TryGetValue(name, out var backend))
        {
            backend.Check(device);
            return backend;
        }

        if (name != Torch) return null;
        throw new InferenceException(
            InferenceErrorCodes.EngineOptions,
            $"device {device}: this build has no TorchSharp backend. One that has it is built with -p:OfficialPackages=true (dotnet build services/Cli -c Release -p:OfficialPackages=true).");
    }
}
