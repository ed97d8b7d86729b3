using TorchSharp;

namespace Serverless.Inference.Torch;

/// <summary>The engine's types of numbers, as torch names them.</summary>
internal static class TorchTypes
{
    /// <summary>Torch's name of a type.</summary>
    /// <exception cref="InferenceException">It is int8, whose scales torch does not know.</exception>
    public static torch.ScalarType ToTorch(this DType type) => type switch
    {
        DType.Float32 => torch.ScalarType.Float32,
        DType.BFloat16 => torch.ScalarType.BFloat16,
        DType.Float16 => torch.ScalarType.Float16,
        _ => throw new InferenceException(
            InferenceErrorCodes.EngineOptions,
            "quantization int8 runs on the engine's own CPU backend only, not on device torch. Leave quantization out, or run it with --device cpu."),
    };
}
