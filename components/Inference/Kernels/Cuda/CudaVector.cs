namespace Serverless.Inference.Kernels.Cuda;

/// <summary>A vector of weights on the card: as float32 for norms, and in the activations' type as the bias of a product.</summary>
internal sealed class CudaVector : Vector
{
    private readonly CudaArena arena;
    private int disposed;

    /// <param name="arena">Where it lies.</param>
    /// <param name="length">Numbers.</param>
    /// <param name="type">The activations' type.</param>
    public CudaVector(CudaArena arena, int length, DType type)
    {
        this.arena = arena;
        Length = length;
        Values = arena.Allocate(length * sizeof(float));
        Bias = type == DType.Float32 ? Values : arena.Allocate(length * Layout.Bytes(type));
    }

    /// <inheritdoc/>
    public override int Length { get; }

    /// <summary>The numbers as float32.</summary>
    public DevicePointer Values { get; }

    /// <summary>The numbers in the activations' type.</summary>
    public DevicePointer Bias { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        arena.Free(Values);
        if (Bias != Values) arena.Free(Bias);
    }
}
