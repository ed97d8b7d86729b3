using System.Runtime.InteropServices;
using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Tests.Cuda;

public sealed unsafe class NumberConversionTests
{
    private static readonly ushort[] AllBits = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];

    [Theory]
    [InlineData(DType.BFloat16, DType.Float32)]
    [InlineData(DType.Float16, DType.Float32)]
    [InlineData(DType.BFloat16, DType.Float16)]
    [InlineData(DType.Float16, DType.BFloat16)]
    public void Every_16_bit_number_becomes_what_it_becomes_alone(DType from, DType to)
    {
        byte[] found = Convert(MemoryMarshal.AsBytes<ushort>(AllBits), from, to);
        Check(Array.ConvertAll(AllBits, bits => Numbers.From16Bits(bits, from)), found, to);
    }

    [Theory]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float16)]
    public void Float32_numbers_are_rounded_to_nearest_with_ties_to_even(DType to)
    {
        // Every 16-bit number, what lies half way to the next one, and what lies just beside that; and random ones.
        var random = new Random(5);
        uint[] bits =
        [
            .. AllBits.SelectMany(upper => new uint[] { 0, 0x7fff, 0x8000, 0x8001 }.Select(lower => ((uint)upper << 16) | lower)),
            .. AllBits.Select(half => BitConverter.SingleToUInt32Bits(Numbers.FromFloat16(half))).SelectMany(value => new uint[] { value, value + 0xfff, value + 0x1000, value + 0x1001 }),
            .. Enumerable.Range(0, 50_000).Select(_ => (uint)random.NextInt64(1L << 32)),
        ];
        byte[] found = Convert(MemoryMarshal.AsBytes<uint>(bits), DType.Float32, to);
        Check(Array.ConvertAll(bits, BitConverter.UInt32BitsToSingle), found, to);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(13)]
    public void Neither_more_nor_less_than_the_count_is_written_at_any_address(int count)
    {
        byte[] source = [0, .. MemoryMarshal.AsBytes<ushort>(AllBits.AsSpan(0x3f80, 16))];
        byte[] target = Enumerable.Repeat((byte)0xcc, 100).ToArray();
        fixed (byte* from = source)
        fixed (byte* to = target) NumberConversion.Convert(from + 1, DType.BFloat16, to + 3, DType.Float32, count);
        for (int i = 0; i < count; i++) BitConverter.ToUInt32(target, 3 + (4 * i)).ShouldBe((uint)(0x3f80 + i) << 16);
        target[..3].ShouldAllBe(value => value == 0xcc);
        target[(3 + (4 * count))..].ShouldAllBe(value => value == 0xcc);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float16)]
    public void Numbers_of_the_same_type_keep_their_bits(DType type)
    {
        byte[] bytes = new byte[4000];
        new Random(1).NextBytes(bytes);
        Convert(bytes, type, type).ShouldBe(bytes);
    }

    [Fact]
    public void Other_types_are_refused()
    {
        Should.Throw<NotSupportedException>(() => NumberConversion.Convert(null, DType.Float32, null, DType.Int8, 0));
        Should.Throw<NotSupportedException>(() => NumberConversion.Convert(null, DType.Int8, null, DType.Int8, 0));
    }

    private static byte[] Convert(ReadOnlySpan<byte> source, DType from, DType to)
    {
        int count = source.Length / NumberConversion.BytesOf(from);
        byte[] target = new byte[count * NumberConversion.BytesOf(to)];
        fixed (byte* first = source)
        fixed (byte* start = target) NumberConversion.Convert(first, from, start, to, count);
        return target;
    }

    private static void Check(float[] values, byte[] found, DType to)
    {
        for (int i = 0; i < values.Length; i++)
        {
            float one = to == DType.Float32 ? BitConverter.ToSingle(found, 4 * i) : Numbers.From16Bits(BitConverter.ToUInt16(found, 2 * i), to);
            float expected = to == DType.Float32 ? values[i] : Numbers.From16Bits(Numbers.To16Bits(values[i], to), to);
            if (BitConverter.SingleToUInt32Bits(one) != BitConverter.SingleToUInt32Bits(expected) && !(float.IsNaN(one) && float.IsNaN(expected)))
                Assert.Fail($"{values[i]:R} ({BitConverter.SingleToUInt32Bits(values[i]):x8}) became {one:R}, not {expected:R}");
        }
    }
}
