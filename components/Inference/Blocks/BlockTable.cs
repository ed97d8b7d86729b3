namespace Serverless.Inference.Blocks;

/// <summary>The KV blocks of one sequence in order; token i lies in block i / block size. Changed by <see cref="BlockManager"/> only.</summary>
/// <param name="hashes">The hashes of the sequence's full blocks.</param>
internal sealed class BlockTable(HashChain hashes)
{
    private int[] ids = [];

    /// <summary>The blocks.</summary>
    public ReadOnlySpan<int> Ids => ids.AsSpan(0, Count);

    /// <summary>Blocks held.</summary>
    public int Count { get; private set; }

    /// <summary>Leading blocks that were found by hash or made findable.</summary>
    public int Published { get; set; }

    /// <summary>The hashes of the sequence's full blocks.</summary>
    public HashChain Hashes { get; } = hashes;

    public int this[int index]
    {
        get => ids[index];
        set => ids[index] = value;
    }

    public void Add(int block)
    {
        if (Count == ids.Length) Array.Resize(ref ids, Math.Max(8, ids.Length * 2));
        ids[Count++] = block;
    }

    public void Clear()
    {
        Count = 0;
        Published = 0;
    }
}
