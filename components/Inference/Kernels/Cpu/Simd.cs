namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// A vector width. Kernels are written once against it and compiled by the JIT for each width; as every operation here is an exact
/// IEEE operation per lane, a kernel gives the same bits at every width.
/// </summary>
internal unsafe interface ISimd<V>
    where V : struct
{
    /// <summary>Numbers of one vector: 4, 8 or 16.</summary>
    static abstract int Width { get; }

    static abstract V Load(float* source);

    static abstract void Store(float* destination, V value);

    static abstract V Broadcast(float value);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    /// <summary>The larger; NaN if b is.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The smaller; NaN if b is.</summary>
    static abstract V Min(V a, V b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract V Fma(V a, V b, V c);

    /// <summary>2^n of whole numbers n in [-126, 127].</summary>
    static abstract V PowerOfTwo(V n);

    /// <summary>The lower halves of 32-bit lanes as bfloat16.</summary>
    static abstract V LowBFloat16(void* source);

    /// <summary>The upper halves of 32-bit lanes as bfloat16.</summary>
    static abstract V HighBFloat16(void* source);

    /// <summary>The lower halves of 32-bit lanes as finite binary16.</summary>
    static abstract V LowFloat16(void* source);

    /// <summary>The upper halves of 32-bit lanes as finite binary16.</summary>
    static abstract V HighFloat16(void* source);
}

/// <summary>What <see cref="ISimd{V}"/>'s implementations share.</summary>
internal static class SimdConstants
{
    /// <summary>2^112: moves a binary16's exponent, shifted into a binary32's place, to the right bias.</summary>
    public const float HalfBias = 5.192296858534828e33f;

    /// <summary>Sign and shifted exponent and mantissa of a binary16.</summary>
    public const int HalfMask = unchecked((int)0x8fffe000);

    /// <summary>Exponent and mantissa of the upper half.</summary>
    public const int UpperHalf = unchecked((int)0xffff0000);
}
