namespace Serverless.Inference.Kernels.Cuda;

/// <summary>An address in the card's memory (a CUdeviceptr).</summary>
/// <param name="Address">The address; 0 is nowhere.</param>
internal readonly record struct DevicePointer(ulong Address)
{
    /// <summary>The address so many bytes further on.</summary>
    public static DevicePointer operator +(DevicePointer pointer, long bytes) => new(pointer.Address + (ulong)bytes);
}
