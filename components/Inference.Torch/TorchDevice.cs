using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Serverless.Inference.Torch;

/// <summary>
/// What <c>torch</c> (CUDA where this libtorch and machine have it, else the CPU), <c>torch:cpu</c>, <c>torch:cuda</c> (the first card) and
/// <c>torch:cuda:N</c> mean.
/// </summary>
internal static class TorchDevice
{
    private const string CardPrefix = "torch:cuda:";

    /// <summary>Checks a name; touches no library.</summary>
    /// <exception cref="InferenceException">It is none (engine_options).</exception>
    public static void Check(string device)
    {
        if (device is not ("torch" or "torch:cpu" or "torch:cuda") && CardOf(device) is null)
            throw new InferenceException(InferenceErrorCodes.EngineOptions, $"device must be torch, torch:cpu, torch:cuda or torch:cuda:N; found {device}.");
    }

    /// <summary>Loads libtorch and finds the device.</summary>
    /// <param name="device">A name that was checked.</param>
    /// <exception cref="InferenceException">libtorch cannot be loaded (engine_options), or it has no such card (cuda).</exception>
    public static torch.Device Open(string device)
    {
        LoadLibraries(device);
        return Find(device);
    }

    /// <summary>Loads what TorchSharp would load itself: where it cannot, it copies packages about and prints a trace to stdout.</summary>
    private static void LoadLibraries(string device)
    {
        try
        {
            NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
        }
        catch (DllNotFoundException e)
        {
            // A line for each place where it is not, and one that says what is wrong.
            var reasons = e.Message.Split('\n').Skip(1).Where(line => !line.Contains("LibTorchSharp", StringComparison.Ordinal) || !line.Contains(": cannot open", StringComparison.Ordinal));
            throw new InferenceException(
                InferenceErrorCodes.EngineOptions,
                $"device {device}: TorchSharp's libraries cannot be loaded here. They need libstdc++ of GCC 13 or newer (Debian 13, Ubuntu 24.04), and in a build with -p:Libtorch=none "
                + $"libtorch's folder in LD_LIBRARY_PATH. The loader says: {string.Join(' ', reasons).Trim()}", e);
        }
    }

    // Apart, because the first use of torch loads libraries.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static torch.Device Find(string device)
    {
        if (device == "torch:cpu" || (device == "torch" && !torch.cuda.is_available())) return torch.CPU;
        int card = CardOf(device) ?? 0;
        int count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        return card < count ? new torch.Device(DeviceType.CUDA, card) : throw new InferenceException(
            InferenceErrorCodes.Cuda,
            $"device {device} is not here: libtorch shows {(count == 0 ? "no card. The libtorch that a build brings has no CUDA; see docs/command-line.md, Device" : $"{count} card(s)")}.");
    }

    private static int? CardOf(string device) =>
        device.StartsWith(CardPrefix, StringComparison.Ordinal) && device.Length < CardPrefix.Length + 5
        && int.TryParse(device[CardPrefix.Length..], NumberStyles.None, null, out int card) ? card : null;
}
