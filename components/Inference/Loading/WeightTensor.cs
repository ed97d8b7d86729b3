using Serverless.Inference.Kernels;

namespace Serverless.Inference.Loading;

/// <summary>One tensor of a checkpoint, as it lies in its file.</summary>
/// <param name="Name">Its name, such as <c>model.layers.0.mlp.up_proj.weight</c>.</param>
/// <param name="File">The file that holds it.</param>
/// <param name="Type">Type of its numbers: float32, bfloat16 or float16.</param>
/// <param name="Shape">Its dimensions, outermost first; empty for a scalar.</param>
/// <param name="Data">Its bytes, row-major and little-endian, mapped from the file. Valid until the <see cref="Weights"/> are disposed.</param>
public sealed record WeightTensor(string Name, string File, DType Type, IReadOnlyList<int> Shape, ReadOnlyMemory<byte> Data);
