using System.Diagnostics;
using Serverless.Inference.Kernels;

namespace Serverless.Inference.Blocks;

/// <summary>
/// Hands out the blocks of the KV cache. A block is held by as many tables as its reference count says. Full blocks whose
/// contents are known by hash stay findable after their last holder left, until their memory is needed (least recently used
/// first). A block that several tables hold is never written: the one that must write takes a copy.
/// </summary>
internal sealed class BlockManager
{
    private readonly int blockSize;
    private readonly bool prefixCaching;
    private readonly FreeBlocks free;
    private readonly int[] references;
    private readonly bool[] isCached;
    private readonly BlockHash[] hashes;
    private readonly Dictionary<BlockHash, int> cached = [];

    public BlockManager(int blocks, int blockSize, bool prefixCaching)
    {
        Total = blocks;
        this.blockSize = blockSize;
        this.prefixCaching = prefixCaching;
        free = new FreeBlocks(blocks);
        references = new int[blocks];
        isCached = new bool[blocks];
        hashes = new BlockHash[blocks];
    }

    /// <summary>Blocks of the cache.</summary>
    public int Total { get; }

    /// <summary>Blocks that no sequence holds, with or without findable contents.</summary>
    public int Free => free.Count;

    /// <summary>Prompt tokens of sequences admitted so far, and those among them that were found in the cache.</summary>
    public (long Asked, long Found) PrefixTokens { get; private set; }

    /// <summary>How many tables hold the block.</summary>
    public int References(int block) => references[block];

    /// <summary>
    /// Gives an empty table room for all of <paramref name="tokens"/>, sharing the cached blocks of its beginning; or changes
    /// nothing and returns false if fewer than <paramref name="reserve"/> blocks would be left. At least the last token is
    /// always left to compute, because its logits are wanted.
    /// </summary>
    /// <param name="table">The sequence's table.</param>
    /// <param name="tokens">All its tokens.</param>
    /// <param name="reserve">Blocks that must be left.</param>
    /// <param name="found">Leading tokens whose keys and values are there already.</param>
    public bool TryAdmit(BlockTable table, ReadOnlySpan<int> tokens, int reserve, out int found)
    {
        Debug.Assert(table.Count == 0, "the table is empty");
        found = 0;
        int needed = BlocksFor(tokens.Length);
        if (prefixCaching) FindPrefix(table, tokens);

        // Found blocks that nobody holds at the moment are in the free list too.
        int idle = 0;
        for (int i = 0; i < table.Count; i++) idle += references[table[i]] == 0 ? 1 : 0;
        if (free.Count - idle - (needed - table.Count) < reserve)
        {
            table.Clear();
            return false;
        }

        for (int i = 0; i < table.Count; i++) Hold(table[i]);
        found = table.Count * blockSize;
        while (table.Count < needed) table.Add(Take());
        PrefixTokens = (PrefixTokens.Asked + tokens.Length, PrefixTokens.Found + found);
        return true;
    }

    /// <summary>
    /// Makes the slot of the token at <paramref name="position"/> writable: takes a new block at a block border, or a copy of a
    /// shared one. False if no block is free.
    /// </summary>
    public bool TryMakeWritable(BlockTable table, int position, List<BlockCopy> copies)
    {
        int index = position / blockSize;
        if (index < table.Count && references[table[index]] == 1) return true;
        if (free.Count == 0) return false;
        if (index == table.Count)
        {
            table.Add(Take());
            return true;
        }

        int shared = table[index];
        int copy = Take();
        references[shared]--;
        table[index] = copy;
        copies.Add(new BlockCopy(shared, copy));
        return true;
    }

    /// <summary>Makes the blocks that the first <paramref name="computed"/> tokens fill findable. Called when the step that computes them is certain to run.</summary>
    public void Publish(BlockTable table, ReadOnlySpan<int> tokens, int computed)
    {
        if (!prefixCaching) return;
        while ((table.Published + 1) * blockSize <= computed)
        {
            int block = table[table.Published];
            var hash = table.Hashes[table.Published, tokens, blockSize];
            table.Published++;
            if (isCached[block] || !cached.TryAdd(hash, block)) continue;
            isCached[block] = true;
            hashes[block] = hash;
        }
    }

    /// <summary>Lets <paramref name="to"/> hold every block of <paramref name="from"/>.</summary>
    public void Share(BlockTable from, BlockTable to)
    {
        for (int i = 0; i < from.Count; i++)
        {
            Hold(from[i]);
            to.Add(from[i]);
        }

        to.Published = from.Published;
    }

    /// <summary>Gives all blocks of the table back, the last first: a prefix outlives what hangs on it.</summary>
    public void Release(BlockTable table)
    {
        for (int i = table.Count - 1; i >= 0; i--)
        {
            int block = table[i];
            if (--references[block] > 0) continue;
            Debug.Assert(references[block] == 0, "a block is given back once");
            if (isCached[block]) free.AddLast(block);
            else free.AddFirst(block);
        }

        table.Clear();
    }

    /// <summary>Blocks that so many tokens fill, the last one perhaps in part.</summary>
    public int BlocksFor(int tokens) => (tokens + blockSize - 1) / blockSize;

    /// <summary>Lists the cached blocks of the tokens' beginning in the table, without holding them yet.</summary>
    private void FindPrefix(BlockTable table, ReadOnlySpan<int> tokens)
    {
        while ((table.Count + 1) * blockSize < tokens.Length && cached.TryGetValue(table.Hashes[table.Count, tokens, blockSize], out int block))
        {
            table.Add(block);
            table.Published++;
        }
    }

    private void Hold(int block)
    {
        if (references[block]++ == 0) free.Remove(block);
    }

    private int Take()
    {
        int block = free.TakeFirst();
        if (isCached[block])
        {
            cached.Remove(hashes[block]);
            isCached[block] = false;
        }

        references[block] = 1;
        return block;
    }
}
