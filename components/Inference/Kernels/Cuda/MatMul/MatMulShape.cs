namespace Serverless.Inference.Kernels.Cuda;

/// <summary>A product output[rows, outputs] = x[rows, inputs] * weight[outputs, inputs]^T, all row-major.</summary>
/// <param name="Rows">Rows of x and of the output.</param>
/// <param name="Outputs">Rows of the weight.</param>
/// <param name="Inputs">Columns of x and of the weight.</param>
/// <param name="Type">Type of x and of the weight: float32, bfloat16 or float16.</param>
/// <param name="Float32Output">Whether the output is float32; else it is of <paramref name="Type"/>.</param>
/// <param name="Bias">Whether a vector of the output's type is added to every row.</param>
/// <param name="Accumulate">Whether a multiple of what the output holds is added.</param>
/// <param name="XStride">Numbers from one row of x, and of the weight, to the next.</param>
/// <param name="OutputStride">Numbers from one row of the output to the next.</param>
internal readonly record struct MatMulShape(
    int Rows, int Outputs, int Inputs, DType Type, bool Float32Output, bool Bias, bool Accumulate, int XStride, int OutputStride)
{
    /// <summary>CUDA_R_32F.</summary>
    private const int Float32 = 0;

    /// <summary>Rows that lie one behind the other, no bias, nothing added.</summary>
    public MatMulShape(int rows, int outputs, int inputs, DType type, bool float32Output)
        : this(rows, outputs, inputs, type, float32Output, Bias: false, Accumulate: false, inputs, outputs)
    {
    }

    /// <summary>The cudaDataType of x and of the weight.</summary>
    /// <exception cref="NotSupportedException">cuBLASLt is not used for that type.</exception>
    public int InputType => Type switch
    {
        DType.Float32 => Float32,
        DType.Float16 => 2, // CUDA_R_16F
        DType.BFloat16 => 14, // CUDA_R_16BF
        _ => throw new NotSupportedException($"cuBLASLt is not used for products of {Type}."),
    };

    /// <summary>The cudaDataType of the output and of the bias.</summary>
    public int OutputType => Float32Output ? Float32 : InputType;

    /// <summary>Bytes of a number of x and of the weight.</summary>
    public int InputBytes => Type == DType.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Bytes of a number of the output.</summary>
    public int OutputBytes => Float32Output ? sizeof(float) : InputBytes;

    /// <summary>The same product with rows as far apart as <see cref="Layout"/> lays them: what an algorithm is chosen for.</summary>
    public MatMulShape WithoutStrides() => this with { XStride = Layout.Padded(Inputs), OutputStride = Layout.Padded(Outputs) };
}
