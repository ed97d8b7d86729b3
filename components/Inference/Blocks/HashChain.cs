namespace Serverless.Inference.Blocks;

/// <summary>The hashes of a sequence's full blocks, computed when first asked for and kept: tokens of a sequence never change.</summary>
internal sealed class HashChain
{
    private readonly BlockHash root;
    private BlockHash[] hashes;
    private int count;

    public HashChain(BlockHash root)
    {
        this.root = root;
        hashes = [];
    }

    private HashChain(HashChain other)
    {
        root = other.root;
        hashes = [.. other.hashes.AsSpan(0, other.count)];
        count = other.count;
    }

    /// <summary>The same chain, to go on in another way.</summary>
    public HashChain Fork() => new(this);

    /// <summary>The hash of block <paramref name="index"/> of a sequence with these tokens, which must fill the block.</summary>
    public BlockHash this[int index, ReadOnlySpan<int> tokens, int blockSize]
    {
        get
        {
            while (count <= index)
            {
                var previous = count == 0 ? root : hashes[count - 1];
                if (count == hashes.Length) Array.Resize(ref hashes, Math.Max(8, hashes.Length * 2));
                hashes[count] = previous.Next(tokens.Slice(count * blockSize, blockSize));
                count++;
            }

            return hashes[index];
        }
    }
}
