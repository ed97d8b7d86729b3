using System.Buffers.Binary;
using Serverless.Inference.Kernels;
using Serverless.Inference.Loading;

namespace Serverless.Inference.Models;

/// <summary>Reads a checkpoint's numbers.</summary>
internal static class Numbers
{
    /// <summary>The tensor's numbers as float32; bfloat16 and float16 are widened without loss.</summary>
    public static void ToFloat32(WeightTensor tensor, Span<float> destination)
    {
        var bytes = tensor.Data.Span;
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = tensor.Type switch
            {
                DType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]),
                DType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16),
                DType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]),
                _ => throw new InferenceException(InferenceErrorCodes.ModelUnsupported, $"{tensor.File}: tensor {tensor.Name} is {tensor.Type}."),
            };
        }
    }
}
