using Serverless.Inference.Kernels;

namespace Serverless.Inference.Torch.Tests;

/// <summary>Whether TorchSharp runs on this machine.</summary>
internal static class TorchMachine
{
    private static readonly Lazy<string?> Obstacle = new(Find);

    /// <summary>Skips the test where libstdc++ is older than TorchSharp's native library. Nothing else excuses it.</summary>
    public static void Require() => Assert.SkipWhen(Obstacle.Value is not null, Obstacle.Value ?? "");

    private static string? Find()
    {
        try
        {
            using var kernels = new TorchBackend().Open(new EngineOptions("") { Device = "torch" }, DType.Float32);
            return null;
        }
        catch (InferenceException e) when (e.Message.Contains("GLIBCXX", StringComparison.Ordinal))
        {
            return e.Message;
        }
    }
}
