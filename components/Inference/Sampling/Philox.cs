namespace Serverless.Inference.Sampling;

/// <summary>
/// Philox 4x32-10, a counter-based random number generator: the numbers are a function of key and counter alone, so that a draw
/// does not depend on how many came before it or what else runs. Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy
/// as 1, 2, 3", SC 2011.
/// </summary>
internal static class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>The four words at a counter.</summary>
    public static (uint X, uint Y, uint Z, uint W) Block(ulong key, uint x, uint y, uint z, uint w)
    {
        uint key0 = (uint)key;
        uint key1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * x;
            ulong product1 = (ulong)Multiplier1 * z;
            (x, y, z, w) = ((uint)(product1 >> 32) ^ y ^ key0, (uint)product1, (uint)(product0 >> 32) ^ w ^ key1, (uint)product0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return (x, y, z, w);
    }

    /// <summary>A number in [0, 1), with 53 random bits, for one position of one completion.</summary>
    public static double Uniform(ulong seed, int completion, int position)
    {
        var (x, y, _, _) = Block(seed, (uint)position, (uint)completion, 0, 0);
        return ((((ulong)x << 32) | y) >> 11) * (1.0 / (1L << 53));
    }
}
