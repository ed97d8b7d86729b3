using Serverless.Inference.Tokenization.Decoders;

namespace Serverless.Inference.Tokenization;

/// <summary>
/// Decodes tokens as they come. What <see cref="Push"/> and <see cref="Flush"/> return, put together, is what
/// <see cref="Tokenizer.Decode"/> gives for all tokens at once; a character is never split. One sequence each; not thread-safe.
/// </summary>
public sealed class IncrementalDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly Output _output = new();
    private readonly DecoderStep _first;

    internal IncrementalDecoder(Tokenizer tokenizer, DecoderSpec[] decoders, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        var joined = new bool[decoders.Length + 1];
        for (int i = 0; i < decoders.Length; i++)
            joined[i + 1] = decoders[i].Joins(joined[i]);
        _first = _output;
        for (int i = decoders.Length - 1; i >= 0; i--)
            _first = decoders[i].Create(_first, joined[i]);
    }

    /// <summary>Takes a token.</summary>
    /// <param name="id">Its id; ids that are no token are left out.</param>
    /// <returns>The text that is now certain; empty while a character, or a run of byte tokens, is incomplete.</returns>
    public string Push(int id)
    {
        Add(id);
        return _output.Take();
    }

    /// <summary>Ends the sequence; nothing may be pushed afterwards.</summary>
    /// <returns>The rest of the text; an incomplete character becomes U+FFFD.</returns>
    public string Flush()
    {
        _first.End();
        return _output.Take();
    }

    internal void Add(int id)
    {
        if (_tokenizer.DecodedForm(id, _skipSpecialTokens) is string form)
            _first.Push(form);
    }
}
