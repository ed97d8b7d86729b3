namespace Serverless.Inference.Kernels;

/// <summary>Types of stored numbers.</summary>
public enum DType
{
    /// <summary>IEEE binary32.</summary>
    Float32,

    /// <summary>bfloat16: the upper half of a binary32.</summary>
    BFloat16,

    /// <summary>IEEE binary16.</summary>
    Float16,

    /// <summary>8-bit signed integers with a scale per block of one row.</summary>
    Int8,
}
