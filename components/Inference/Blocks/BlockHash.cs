using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Serverless.Inference.Blocks;

/// <summary>
/// Names the contents of a KV block: SHA-256 of the hash of the block before it and of its own tokens, so that equal hashes mean
/// equal tokens from the first one on. At 256 bits equality of hashes is taken for equality of tokens; nobody can make two
/// prompts collide, also not on purpose.
/// </summary>
internal readonly record struct BlockHash(ulong A, ulong B, ulong C, ulong D)
{
    private const int Size = 32;

    /// <summary>What the first block of a tenant's prompt is chained to: no tenant ever sees another one's blocks.</summary>
    public static BlockHash Root(string tenant) => Of(SHA256.HashData(Encoding.UTF8.GetBytes(tenant)));

    /// <summary>The hash of the block that follows and holds these tokens.</summary>
    public BlockHash Next(ReadOnlySpan<int> tokens)
    {
        Span<byte> input = stackalloc byte[Size + tokens.Length * sizeof(int)];
        MemoryMarshal.Write(input, this);
        MemoryMarshal.AsBytes(tokens).CopyTo(input[Size..]);
        Span<byte> output = stackalloc byte[Size];
        SHA256.HashData(input, output);
        return Of(output);
    }

    /// <inheritdoc/>
    public override int GetHashCode() => (int)A;

    private static BlockHash Of(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<BlockHash>(bytes);
}
