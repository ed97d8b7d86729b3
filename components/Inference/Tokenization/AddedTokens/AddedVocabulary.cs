using Serverless.Inference.Tokenization.Bpe;
using Serverless.Inference.Tokenization.Normalizers;

namespace Serverless.Inference.Tokenization.AddedTokens;

/// <summary>The added tokens of a tokenizer: what to look for in raw and in normalised text, and how they decode. Immutable.</summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<string, int> _ids = [];
    private readonly Dictionary<int, AddedToken> _tokens = [];
    private readonly Dictionary<int, string> _normalized = [];
    private readonly HashSet<string> _special = [];

    /// <summary>
    /// Puts the tokens beside those of the model. As in the reference, a token that the model or an earlier entry already
    /// has keeps that id, and another one gets the next free id, whatever id the file states.
    /// </summary>
    public AddedVocabulary(IEnumerable<AddedToken> tokens, Vocabulary model, NormalizerChain normalizer)
    {
        int next = model.Count;
        foreach (AddedToken token in tokens.Where(token => token.Content.Length > 0))
        {
            int id = _ids.TryGetValue(token.Content, out int known) ? known : model.Id(token.Content);
            if (id < 0)
                id = next++;
            _ids[token.Content] = id;
            _tokens[id] = token with { Id = id };
            if (token.Special)
                _special.Add(token.Content);
            if (token.Normalized && normalizer.Apply(token.Content) is string form && form != token.Content)
                _normalized[id] = form;
        }

        Raw = AddedTokenMatcher.Create(_tokens.Values.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        Normalized = AddedTokenMatcher.Create(_tokens.Values.Where(t => t.Normalized).Select(t => (_normalized.GetValueOrDefault(t.Id, t.Content), t)));
    }

    /// <summary>Finds tokens in text as it came; null if there are none.</summary>
    public AddedTokenMatcher? Raw { get; }

    /// <summary>Finds tokens in normalised text; null if there are none.</summary>
    public AddedTokenMatcher? Normalized { get; }

    /// <summary>The tokens by id.</summary>
    public IReadOnlyDictionary<int, AddedToken> Tokens => _tokens;

    /// <summary>The id of an added token, or null.</summary>
    public int? Id(string content) => _ids.TryGetValue(content, out int id) ? id : null;

    /// <summary>What decoding sees for an added token, or null for other ids: a normalised token stands in its normalised form.</summary>
    public string? DecodedForm(int id) => _normalized.GetValueOrDefault(id) ?? _tokens.GetValueOrDefault(id)?.Content;

    /// <summary>Whether decoding leaves this out when special tokens are skipped.</summary>
    public bool IsSpecial(string form) => _special.Contains(form);
}
