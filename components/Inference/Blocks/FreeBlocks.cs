namespace Serverless.Inference.Blocks;

/// <summary>
/// The blocks that no sequence holds, as a doubly linked list in two arrays: any block can leave in O(1). The front is taken
/// first; blocks with contents worth keeping join at the back, so they are overwritten in the order in which they were last used.
/// </summary>
internal sealed class FreeBlocks
{
    private readonly int[] next;
    private readonly int[] previous;
    private readonly int head;

    public FreeBlocks(int blocks)
    {
        head = blocks;
        next = new int[blocks + 1];
        previous = new int[blocks + 1];
        next[head] = previous[head] = head;
        for (int block = 0; block < blocks; block++) AddLast(block);
    }

    /// <summary>Blocks in the list.</summary>
    public int Count { get; private set; }

    /// <summary>Takes the block at the front; the list must not be empty.</summary>
    public int TakeFirst()
    {
        int block = next[head];
        Remove(block);
        return block;
    }

    public void AddFirst(int block) => InsertBetween(block, head, next[head]);

    public void AddLast(int block) => InsertBetween(block, previous[head], head);

    public void Remove(int block)
    {
        next[previous[block]] = next[block];
        previous[next[block]] = previous[block];
        Count--;
    }

    private void InsertBetween(int block, int before, int after)
    {
        next[before] = block;
        previous[block] = before;
        next[block] = after;
        previous[after] = block;
        Count++;
    }
}
