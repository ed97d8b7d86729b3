namespace Serverless.Jobs.Actors;

/// <summary>Shards as bits: 100,000 of them are 12.5 kB.</summary>
internal sealed class ShardSet(byte[] bits)
{
    private byte[] _bits = bits;

    /// <summary>As it is stored.</summary>
    public byte[] Bits => _bits;

    /// <summary>Another set with the same shards.</summary>
    public ShardSet Copy() => new([.. _bits]);

    /// <summary>Adds a shard; false if it was there.</summary>
    public bool Add(int shard)
    {
        var at = shard >> 3;
        if (at >= _bits.Length)
        {
            Array.Resize(ref _bits, Math.Max(at + 1, 2 * _bits.Length));
        }

        var mask = (byte)(1 << (shard & 7));
        if ((_bits[at] & mask) != 0)
        {
            return false;
        }

        _bits[at] |= mask;
        return true;
    }
}
