using System.Runtime.CompilerServices;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Tests.Cuda;

public sealed class KernelArgumentTests
{
    [Fact]
    public void An_argument_s_first_bytes_are_the_value_as_the_kernel_reads_it()
    {
        KernelArgument[] arguments = [-2, 7u, -3L, ulong.MaxValue, 1.5f, -2.25, new DevicePointer(0x7f00_0000_1000), (nint)42];
        Unsafe.SizeOf<KernelArgument>().ShouldBe(8);
        Read<int>(arguments[0]).ShouldBe(-2);
        arguments[0].Bits.ShouldBe(0xffff_fffeUL);
        Read<uint>(arguments[1]).ShouldBe(7u);
        Read<long>(arguments[2]).ShouldBe(-3);
        Read<ulong>(arguments[3]).ShouldBe(ulong.MaxValue);
        Read<float>(arguments[4]).ShouldBe(1.5f);
        Read<double>(arguments[5]).ShouldBe(-2.25);
        Read<ulong>(arguments[6]).ShouldBe(0x7f00_0000_1000UL);
        Read<nint>(arguments[7]).ShouldBe(42);
    }

    [Fact]
    public void Pointers_move_by_bytes()
    {
        (new DevicePointer(1000) + 24).Address.ShouldBe(1024UL);
        (new DevicePointer(1000) + -24).Address.ShouldBe(976UL);
    }

    private static unsafe T Read<T>(KernelArgument argument)
        where T : unmanaged => *(T*)&argument;
}
