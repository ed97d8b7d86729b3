namespace Serverless.Inference.Kernels.Cuda;

/// <summary>One scalar argument of a kernel, in the first bytes of a little-endian 8-byte word.</summary>
internal readonly struct KernelArgument
{
    private KernelArgument(ulong bits) => Bits = bits;

    /// <summary>The value's bytes, the unused upper ones 0.</summary>
    public ulong Bits { get; }

    /// <summary>A pointer parameter.</summary>
    public static implicit operator KernelArgument(DevicePointer value) => new(value.Address);

    /// <summary>An int parameter.</summary>
    public static implicit operator KernelArgument(int value) => new((uint)value);

    /// <summary>An unsigned int parameter.</summary>
    public static implicit operator KernelArgument(uint value) => new(value);

    /// <summary>A long long parameter.</summary>
    public static implicit operator KernelArgument(long value) => new((ulong)value);

    /// <summary>An unsigned long long parameter.</summary>
    public static implicit operator KernelArgument(ulong value) => new(value);

    /// <summary>A float parameter.</summary>
    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value));

    /// <summary>A double parameter.</summary>
    public static implicit operator KernelArgument(double value) => new(BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A parameter that points to memory which host and card share.</summary>
    public static implicit operator KernelArgument(nint value) => new((ulong)value);
}
