using System.Runtime.InteropServices;

namespace Serverless.Benchmarks.Tokenization;

/// <summary>Learns the merges of a byte-pair encoding (Sennrich et al. 2016): again and again the pair that is there most often.</summary>
internal sealed class BpeTrainer
{
    private readonly List<(List<int> Symbols, int Count)> _words = [];
    private readonly Dictionary<(int, int), long> _counts = [];
    private readonly Dictionary<(int, int), HashSet<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right), (long, int, int)> _queue = new();
    private readonly Dictionary<string, int> _ids = [];
    private readonly List<string> _tokens = [];

    /// <summary>Takes over words and how often each is there; every character is a symbol, those of the alphabet come first.</summary>
    public BpeTrainer(IEnumerable<string> alphabet, Dictionary<string, int> words)
    {
        foreach (string symbol in alphabet)
            Id(symbol);
        foreach ((string word, int count) in words.OrderBy(word => word.Key, StringComparer.Ordinal))
        {
            _words.Add(([.. word.EnumerateRunes().Select(rune => Id(rune.ToString()))], count));
            Count(_words.Count - 1, 1);
        }

        foreach ((int, int) pair in _counts.Keys)
            Enqueue(pair);
    }

    /// <summary>The tokens by id.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>Learns up to so many merges.</summary>
    public List<(string Left, string Right)> Learn(int merges)
    {
        List<(string, string)> learned = [];
        while (learned.Count < merges && _queue.TryDequeue(out (int Left, int Right) pair, out (long Count, int, int) priority))
        {
            if (_counts[pair] != -priority.Count || _counts[pair] < 2)
                continue;
            learned.Add((_tokens[pair.Left], _tokens[pair.Right]));
            Apply(pair, Id(_tokens[pair.Left] + _tokens[pair.Right]));
        }

        return learned;
    }

    private int Id(string token)
    {
        if (!_ids.TryGetValue(token, out int id))
        {
            _ids[token] = id = _tokens.Count;
            _tokens.Add(token);
        }

        return id;
    }

    private void Apply((int Left, int Right) pair, int merged)
    {
        HashSet<(int, int)> changed = [];
        foreach (int word in _places[pair].Order().ToArray())
        {
            List<int> symbols = _words[word].Symbols;
            Note(symbols, changed);
            Count(word, -1);
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] != pair.Left || symbols[i + 1] != pair.Right)
                    continue;
                symbols[i] = merged;
                symbols.RemoveAt(i + 1);
            }

            Count(word, 1);
            Note(symbols, changed);
        }

        foreach ((int, int) other in changed)
            Enqueue(other);
    }

    private static void Note(List<int> symbols, HashSet<(int, int)> pairs)
    {
        for (int i = 0; i + 1 < symbols.Count; i++)
            pairs.Add((symbols[i], symbols[i + 1]));
    }

    private void Count(int word, int sign)
    {
        (List<int> symbols, int count) = _words[word];
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            (int, int) pair = (symbols[i], symbols[i + 1]);
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += sign * count;
            if (!_places.TryGetValue(pair, out HashSet<int>? places))
                _places[pair] = places = [];
            if (sign > 0)
                places.Add(word);
            else
                places.Remove(word);
        }
    }

    // A pair whose count changes is queued again; what is queued with an old count is passed over.
    private void Enqueue((int Left, int Right) pair) => _queue.Enqueue(pair, (-_counts[pair], pair.Left, pair.Right));
}
