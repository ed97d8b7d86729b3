using System.Runtime.CompilerServices;

namespace Serverless.Inference.Tokenization.Bpe;

/// <summary>The merges of a byte-pair encoding: (left, right) to (rank, merged token), in a flat open-addressing hash table.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int None = int.MaxValue;

    private readonly Slot[] _slots;
    private readonly int _shift;

    /// <summary>An empty table.</summary>
    /// <param name="capacity">The most merges that will be added.</param>
    public MergeTable(int capacity)
    {
        int bits = 4;
        while (1 << bits < capacity * 2L)
            bits++;
        _slots = new Slot[1 << bits];
        _shift = 64 - bits;
        foreach (ref Slot slot in _slots.AsSpan())
            slot.Rank = None;
    }

    /// <summary>Adds a merge. A pair that is added twice keeps the later entry.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        ulong key = Key(left, right);
        int index = (int)(key * 0x9E3779B97F4A7C15 >> _shift);
        while (_slots[index].Rank != None && _slots[index].Key != key)
            index = index + 1 & _slots.Length - 1;
        _slots[index] = new Slot { Key = key, Rank = rank, Merged = merged };
    }

    /// <summary>The rank of a pair (smaller merges first), or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Rank(int left, int right, out int merged)
    {
        Slot[] slots = _slots;
        ulong key = Key(left, right);
        int index = (int)(key * 0x9E3779B97F4A7C15 >> _shift);
        while (true)
        {
            ref Slot slot = ref slots[index & slots.Length - 1];
            if (slot.Key == key || slot.Rank == None)
            {
                merged = slot.Merged;
                return slot.Rank;
            }

            index++;
        }
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private struct Slot
    {
        public ulong Key;
        public int Rank;
        public int Merged;
    }
}
