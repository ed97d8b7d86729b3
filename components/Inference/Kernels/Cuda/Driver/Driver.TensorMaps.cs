using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <content>Descriptions of matrices that the card's copy engine (TMA) reads; on the host only.</content>
internal static unsafe partial class Driver
{
    /// <param name="map">Receives 128 bytes, on a boundary of 64.</param>
    /// <param name="type">A CUtensorMapDataType.</param>
    /// <param name="rank">Dimensions.</param>
    /// <param name="address">The first number, on a boundary of 16 bytes.</param>
    /// <param name="sizes">Numbers along each dimension, the densest first.</param>
    /// <param name="strides">Bytes from one to the next along each dimension but the first; multiples of 16.</param>
    /// <param name="box">Numbers of a copy along each dimension.</param>
    /// <param name="steps">Ones.</param>
    /// <param name="interleave">A CUtensorMapInterleave.</param>
    /// <param name="swizzle">A CUtensorMapSwizzle.</param>
    /// <param name="promotion">A CUtensorMapL2promotion.</param>
    /// <param name="fill">A CUtensorMapFloatOOBfill.</param>
    [LibraryImport(CudaLibrary.Cuda)]
    internal static partial int cuTensorMapEncodeTiled(
        void* map, int type, uint rank, ulong address, ulong* sizes, ulong* strides, uint* box, uint* steps, int interleave, int swizzle, int promotion, int fill);
}
