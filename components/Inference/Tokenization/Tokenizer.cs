using Serverless.Inference.Tokenization.AddedTokens;
using Serverless.Inference.Tokenization.Bpe;
using Serverless.Inference.Tokenization.Loading;
using Serverless.Inference.Tokenization.PreTokenizers;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization;

/// <summary>
/// Text to tokens and back, as a model folder's tokenizer.json describes it (the format of Hugging Face's tokenizers, whose
/// ids it reproduces). Byte-pair encodings, byte-level and SentencePiece-style. Immutable and thread-safe; no locks.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly AddedVocabulary _added;
    private readonly SpecialTokenNames _names;
    private readonly ScratchPool _pool;

    private Tokenizer(TokenizerParts parts, SpecialTokenNames names)
    {
        _parts = parts;
        _names = names;
        _added = new AddedVocabulary(parts.AddedTokens, parts.Model.Vocabulary, parts.Normalizer);
        _pool = new ScratchPool(parts.Model.Merges);
        VocabSize = parts.Model.Vocabulary.Count + _added.Tokens.Values.Count(token => parts.Model.Vocabulary.Id(token.Content) < 0);
    }

    /// <summary>Distinct tokens, added ones included. Ids may have gaps, so the highest can be larger.</summary>
    public int VocabSize { get; }

    /// <summary>The token that begins texts, if tokenizer_config.json or special_tokens_map.json names one.</summary>
    public string? BosToken => _names.Bos;

    /// <summary>The token that ends texts, if one is named.</summary>
    public string? EosToken => _names.Eos;

    /// <summary>The token of what is unknown, if one is named.</summary>
    public string? UnknownToken => _names.Unknown;

    /// <summary>The token that fills up batches, if one is named.</summary>
    public string? PadToken => _names.Pad;

    /// <summary>Loads the tokenizer of a model folder: tokenizer.json, and for the names of special tokens tokenizer_config.json and special_tokens_map.json.</summary>
    /// <param name="modelFolder">A folder in Hugging Face layout.</param>
    /// <exception cref="InferenceException">A file is missing or malformed, or describes something that is not supported; the message names file and field.</exception>
    public static Tokenizer Load(string modelFolder) =>
        new(TokenizerFile.Read(Path.Combine(modelFolder, "tokenizer.json")), SpecialTokenNames.Read(modelFolder));

    /// <summary>The tokens of a text. Truncation and padding that the file may state are left to the caller.</summary>
    /// <param name="text">Any text; a surrogate without its partner counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Put the tokens of the file's post-processor around it, such as BOS. Default: true.</param>
    public int[] Encode(string text, bool addSpecialTokens = true)
    {
        ReadOnlySpan<char> wellFormed = WellFormed.Of(text);
        TokenizerScratch scratch = _pool.Rent();
        IdBuffer ids = scratch.Ids;
        ids.Clear();
        if (addSpecialTokens)
            ids.Add(_parts.Template.Before);
        EncodeRaw(wellFormed, scratch);
        if (addSpecialTokens)
            ids.Add(_parts.Template.After);
        int[] result = ids.Span.ToArray();
        _pool.Return(scratch);
        return result;
    }

    /// <summary>The text of tokens. Ids that are no token are left out; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="skipSpecialTokens">Leave special tokens out. Default: true.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        IncrementalDecoder decoder = CreateDecoder(skipSpecialTokens);
        foreach (int id in ids)
            decoder.Add(id);
        return decoder.Flush();
    }

    /// <summary>A decoder for tokens that come one by one.</summary>
    /// <param name="skipSpecialTokens">Leave special tokens out. Default: true.</param>
    public IncrementalDecoder CreateDecoder(bool skipSpecialTokens = true) => new(this, _parts.Decoders, skipSpecialTokens);

    /// <summary>The id of a token, or null if there is none.</summary>
    public int? TokenId(string token) =>
        _added.Id(token) ?? (_parts.Model.Vocabulary.Id(token) is >= 0 and int id ? id : null);

    /// <summary>The token of an id as the vocabulary writes it (bytes in their alphabet, spaces as U+2581 ...), or null if there is none.</summary>
    public string? Token(int id) => _added.Tokens.GetValueOrDefault(id)?.Content ?? _parts.Model.Vocabulary.Token(id);

    /// <summary>Whether <see cref="Decode"/> leaves this token out by default.</summary>
    public bool IsSpecial(int id) => DecodedForm(id) is string form && _added.IsSpecial(form);

    /// <summary>What the decoders see for a token, or null if there is no such token, or if it is to be left out.</summary>
    internal string? DecodedForm(int id, bool skipSpecialTokens)
    {
        string? form = DecodedForm(id);
        return form is null || (skipSpecialTokens && _added.IsSpecial(form)) ? null : form;
    }

    private string? DecodedForm(int id) => _added.DecodedForm(id) ?? _parts.Model.Vocabulary.Token(id);

    private void EncodeRaw(ReadOnlySpan<char> text, TokenizerScratch scratch)
    {
        int from = 0;
        int done = 0;
        while (_added.Raw is not null && _added.Raw.TryNext(text, ref from, done, out AddedTokenMatcher.Match match))
        {
            if (match.Start > done)
                EncodeNormalized(text[done..match.Start], done == 0, scratch);
            scratch.Ids.Add(match.Id);
            done = match.End;
        }

        if (done < text.Length)
            EncodeNormalized(text[done..], done == 0, scratch);
    }

    private void EncodeNormalized(ReadOnlySpan<char> raw, bool startsText, TokenizerScratch scratch)
    {
        int origin = 0;
        if (startsText && _parts.PreTokenizer.UsesOrigin)
            CodePoints.At(raw, 0, out origin);
        ReadOnlySpan<char> text = _parts.Normalizer.Apply(raw, scratch.Normalized, ref origin);
        int from = 0;
        int done = 0;
        while (_added.Normalized is not null && _added.Normalized.TryNext(text, ref from, done, out AddedTokenMatcher.Match match))
        {
            if (match.Start > done)
                EncodePieces(text[done..match.Start], Math.Max(origin - done, 0), scratch);
            scratch.Ids.Add(match.Id);
            done = match.End;
        }

        if (done < text.Length)
            EncodePieces(text[done..], Math.Max(origin - done, 0), scratch);
    }

    private void EncodePieces(ReadOnlySpan<char> text, int origin, TokenizerScratch scratch)
    {
        BpeModel model = _parts.Model;
        text = _parts.PreTokenizer.Cut(text, origin, scratch.Pieces, out Pieces pieces);
        foreach ((int start, int end) in pieces.Span)
            model.Encode(text[start..end], scratch.Model, scratch.Ids);
    }
}
