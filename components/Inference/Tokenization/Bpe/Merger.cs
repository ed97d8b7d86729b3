namespace Serverless.Inference.Tokenization.Bpe;

/// <summary>
/// Byte-pair merging (Sennrich et al. 2016): again and again the pair of the lowest rank, leftmost first, becomes one token.
/// Short words look for it by scanning, long ones keep a heap, so that the cost stays n log n. Holds scratch memory; not
/// thread-safe.
/// </summary>
internal sealed class Merger(MergeTable merges)
{
    private const int LongestScanned = 48;
    private int[] _ids = new int[64];
    private int[] _ranks = new int[64];
    private int[] _merged = new int[64];
    private int[] _next = [];
    private int[] _previous = [];
    private readonly PriorityQueue<int, ulong> _heap = new();

    /// <summary>Merges the symbols in place.</summary>
    /// <returns>How many tokens are left, at the beginning of <paramref name="symbols"/>.</returns>
    public int Merge(Span<int> symbols)
    {
        if (symbols.Length < 2)
            return symbols.Length;

        Prepare(symbols);
        return symbols.Length <= LongestScanned ? Scan(symbols) : Queue(symbols);
    }

    private void Prepare(ReadOnlySpan<int> symbols)
    {
        if (_ids.Length < symbols.Length)
        {
            int size = Math.Max(symbols.Length, _ids.Length * 2);
            _ids = new int[size];
            _ranks = new int[size];
            _merged = new int[size];
        }

        symbols.CopyTo(_ids);
        for (int i = 0; i + 1 < symbols.Length; i++)
            _ranks[i] = merges.Rank(symbols[i], symbols[i + 1], out _merged[i]);
        _ranks[symbols.Length - 1] = MergeTable.None;
    }

    private int Scan(Span<int> symbols)
    {
        int count = symbols.Length;
        Span<int> ids = _ids.AsSpan(0, count);
        Span<int> ranks = _ranks.AsSpan(0, count);
        Span<int> merged = _merged.AsSpan(0, count);
        while (true)
        {
            int best = MergeTable.None;
            int at = 0;
            for (int i = 0; i < count - 1; i++)
            {
                if (ranks[i] < best)
                {
                    best = ranks[i];
                    at = i;
                }
            }

            if (best == MergeTable.None)
                break;

            ids[at] = merged[at];
            count--;
            ids[(at + 2)..(count + 1)].CopyTo(ids[(at + 1)..]);
            ranks[(at + 2)..(count + 1)].CopyTo(ranks[(at + 1)..]);
            merged[(at + 2)..(count + 1)].CopyTo(merged[(at + 1)..]);
            ranks[at] = at + 1 < count ? merges.Rank(ids[at], ids[at + 1], out merged[at]) : MergeTable.None;
            if (at > 0)
                ranks[at - 1] = merges.Rank(ids[at - 1], ids[at], out merged[at - 1]);
        }

        ids[..count].CopyTo(symbols);
        return count;
    }

    private int Queue(Span<int> symbols)
    {
        int count = symbols.Length;
        if (_next.Length < count)
        {
            _next = new int[_ids.Length];
            _previous = new int[_ids.Length];
        }

        _heap.Clear();
        for (int i = 0; i < count; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
            Enqueue(i);
        }

        while (_heap.TryDequeue(out int at, out ulong priority))
        {
            // An entry whose pair has changed since then is stale; the new pair has an entry of its own.
            if (_ranks[at] != (int)(priority >> 32))
                continue;

            int gone = _next[at];
            _ids[at] = _merged[at];
            _ranks[gone] = MergeTable.None;
            _next[at] = _next[gone];
            if (_next[at] < count)
                _previous[_next[at]] = at;
            Rerank(at, count);
            if (_previous[at] >= 0)
                Rerank(_previous[at], count);
        }

        int written = 0;
        for (int i = 0; i < count; i = _next[i])
            symbols[written++] = _ids[i];
        return written;
    }

    private void Rerank(int at, int count)
    {
        int right = _next[at];
        _ranks[at] = right < count ? merges.Rank(_ids[at], _ids[right], out _merged[at]) : MergeTable.None;
        Enqueue(at);
    }

    private void Enqueue(int at)
    {
        if (_ranks[at] != MergeTable.None)
            _heap.Enqueue(at, (ulong)_ranks[at] << 32 | (uint)at);
    }
}
