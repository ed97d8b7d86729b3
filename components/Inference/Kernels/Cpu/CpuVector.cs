namespace Serverless.Inference.Kernels.Cpu;

/// <summary>A vector of weights in float32, padded with zeros to whole panels.</summary>
internal sealed unsafe class CpuVector : Vector
{
    private readonly NativeBuffer _buffer;

    public CpuVector(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
        _buffer = new NativeBuffer((long)CpuMatrix.PaddedRows(length) * sizeof(float));
    }

    public override int Length { get; }

    public float* Data => (float*)_buffer.Pointer;

    public Span<float> Values => new(Data, Length);

    public override void Dispose() => _buffer.Dispose();
}
