namespace Dapr.Actors.Contracts;

/// <summary>
/// CRC-64/WE: the ECMA-182 polynomial, most significant bit first, all ones before and inverted after. The low half of it numbers the
/// interfaces and methods of remoting messages.
/// </summary>
internal static class Crc64
{
    private const ulong Polynomial = 0x42F0E1EBA9EA3693;

    private static readonly ulong[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ulong.MaxValue;
        foreach (var value in bytes)
        {
            crc = Table[(byte)(crc >> 56) ^ value] ^ (crc << 8);
        }

        return ~crc;
    }

    private static ulong Entry(int index)
    {
        var entry = (ulong)index << 56;
        for (var bit = 0; bit < 8; bit++)
        {
            entry = (entry & (1UL << 63)) != 0 ? (entry << 1) ^ Polynomial : entry << 1;
        }

        return entry;
    }
}
