using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Numbers of one stored type to another, through float32, rounded to nearest, ties to even.</summary>
internal static unsafe class NumberConversion
{
    /// <summary>Converts <paramref name="count"/> numbers; of the same type they are copied bit by bit.</summary>
    /// <exception cref="NotSupportedException">A type is neither float32, bfloat16 nor float16.</exception>
    public static void Convert(byte* source, DType from, byte* target, DType to, long count)
    {
        switch (from, to)
        {
            case (DType.Float32, DType.BFloat16): Convert<StoredFloat32, StoredBFloat16>(source, target, count); break;
            case (DType.Float32, DType.Float16): Convert<StoredFloat32, StoredFloat16>(source, target, count); break;
            case (DType.BFloat16, DType.Float32): Convert<StoredBFloat16, StoredFloat32>(source, target, count); break;
            case (DType.BFloat16, DType.Float16): Convert<StoredBFloat16, StoredFloat16>(source, target, count); break;
            case (DType.Float16, DType.Float32): Convert<StoredFloat16, StoredFloat32>(source, target, count); break;
            case (DType.Float16, DType.BFloat16): Convert<StoredFloat16, StoredBFloat16>(source, target, count); break;
            default:
                if (from != to) throw new NotSupportedException($"Weights of {from} are not stored as {to} here.");
                long bytes = count * BytesOf(from);
                Buffer.MemoryCopy(source, target, bytes, bytes);
                break;
        }
    }

    /// <summary>Bytes of a number.</summary>
    /// <exception cref="NotSupportedException">The type is neither float32, bfloat16 nor float16.</exception>
    public static int BytesOf(DType type) => type switch
    {
        DType.Float32 => sizeof(float),
        DType.BFloat16 or DType.Float16 => sizeof(ushort),
        _ => throw new NotSupportedException($"Weights of {type} are not converted here."),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Convert<TFrom, TTo>(byte* source, byte* target, long count)
        where TFrom : IStoredNumbers
        where TTo : IStoredNumbers
    {
        long i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count) TTo.Store(target + (i * TTo.Bytes), TFrom.Load(source + (i * TFrom.Bytes)));
        for (; i < count; i++) TTo.StoreOne(target + (i * TTo.Bytes), TFrom.LoadOne(source + (i * TFrom.Bytes)));
    }
}
