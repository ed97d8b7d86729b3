namespace Serverless.Inference.Kernels.Cuda;

/// <summary>How rows lie in the card's memory.</summary>
internal static class Layout
{
    // Loads of 16 bytes, of numbers of 2 and of 4 bytes alike.
    private const int Unit = 8;

    /// <summary>Numbers from one row to the next.</summary>
    public static int Padded(int columns) => (columns + Unit - 1) / Unit * Unit;

    /// <summary>Bytes of a number.</summary>
    public static int Bytes(DType type) => type == DType.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>The type as kernels know it (ACT in common.cuh).</summary>
    public static int Code(DType type) => type switch
    {
        DType.Float32 => 0,
        DType.Float16 => 1,
        DType.BFloat16 => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There are no kernels of this type."),
    };
}
