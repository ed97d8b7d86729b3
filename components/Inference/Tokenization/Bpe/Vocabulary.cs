namespace Serverless.Inference.Tokenization.Bpe;

/// <summary>The tokens of a model, by name and by id, and those of a single character in a table of their own.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly string?[] _tokens;
    private readonly int[] _characters = new int[0x10000];

    /// <summary>Takes over the dictionary.</summary>
    public Vocabulary(Dictionary<string, int> ids)
    {
        _ids = ids;
        _lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new string?[ids.Count == 0 ? 0 : ids.Values.Max() + 1];
        Array.Fill(_characters, -1);
        foreach ((string token, int id) in ids)
        {
            _tokens[id] = token;
            if (token.Length == 1)
                _characters[token[0]] = id;
        }
    }

    /// <summary>Distinct tokens.</summary>
    public int Count => _ids.Count;

    /// <summary>One more than the highest id.</summary>
    public int End => _tokens.Length;

    /// <summary>The id of a token, or -1.</summary>
    public int Id(ReadOnlySpan<char> token) => _lookup.TryGetValue(token, out int id) ? id : -1;

    /// <summary>The id of the token that is one UTF-16 unit, or -1.</summary>
    public int Id(char token) => _characters[token];

    /// <summary>The token of an id, or null.</summary>
    public string? Token(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;
}
