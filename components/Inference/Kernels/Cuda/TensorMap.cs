namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// A CUtensorMap: how the copy engine of Hopper (TMA) cuts boxes out of a matrix of 16-bit numbers. Rows of a box lie 128 bytes apart in shared
/// memory, swizzled; what lies outside the matrix is 0 there. Made on the host, given to kernels by value.
/// </summary>
internal static unsafe class TensorMap
{
    /// <summary>Its size.</summary>
    public const int Bytes = 128;

    private const int MostDimensions = 5;
    private const int Float16 = 6; // CU_TENSOR_MAP_DATA_TYPE_FLOAT16
    private const int BFloat16 = 9; // CU_TENSOR_MAP_DATA_TYPE_BFLOAT16
    private const int Swizzle128Bytes = 3; // CU_TENSOR_MAP_SWIZZLE_128B
    private const int Promote128Bytes = 2; // CU_TENSOR_MAP_L2_PROMOTION_L2_128B

    /// <summary>Writes one.</summary>
    /// <param name="map">Receives it, on a boundary of 64 bytes.</param>
    /// <param name="type">Float16 or BFloat16.</param>
    /// <param name="data">The first number, on a boundary of 16 bytes.</param>
    /// <param name="sizes">Numbers along each dimension, the densest first.</param>
    /// <param name="strides">Numbers from one to the next along each dimension but the first; multiples of 8.</param>
    /// <param name="box">Numbers of a box along each dimension; 64 along the first.</param>
    /// <exception cref="InferenceException">The driver refuses.</exception>
    public static void Write(void* map, DType type, DevicePointer data, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides, ReadOnlySpan<int> box)
    {
        ulong* lengths = stackalloc ulong[MostDimensions];
        ulong* apart = stackalloc ulong[MostDimensions];
        uint* cut = stackalloc uint[MostDimensions];
        uint* ones = stackalloc uint[MostDimensions];
        for (int i = 0; i < sizes.Length; i++)
        {
            lengths[i] = (ulong)sizes[i];
            cut[i] = (uint)box[i];
            ones[i] = 1;
            if (i > 0) apart[i - 1] = (ulong)strides[i - 1] * sizeof(ushort);
        }

        CudaError.Check(
            Driver.cuTensorMapEncodeTiled(
                map, type == DType.Float16 ? Float16 : BFloat16, (uint)sizes.Length, data.Address, lengths, apart, cut, ones, interleave: 0, Swizzle128Bytes,
                Promote128Bytes, fill: 0),
            nameof(Driver.cuTensorMapEncodeTiled));
    }
}
