using System.Text;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Bpe;

/// <summary>What a tokenizer.json says about its BPE model, besides the vocabulary and the merges.</summary>
internal sealed record BpeOptions
{
    /// <summary>The token of unknown characters; -1 for none, which drops them.</summary>
    public int UnknownId { get; init; } = -1;

    /// <summary>A run of unknown characters is one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Unknown characters become tokens of their UTF-8 bytes, <c>&lt;0x0A&gt;</c> and so on.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A word that is a token stays whole, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Words are read as UTF-8 bytes in <see cref="ByteAlphabet"/>.</summary>
    public bool ByteLevel { get; init; }
}

/// <summary>A byte-pair encoding: the tokens of a word. Immutable.</summary>
internal sealed class BpeModel
{
    private const char Meta = '\u2581';
    private readonly int[] _byteTokens = new int[256];

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="merges">The merges between them.</param>
    /// <param name="options">How words become symbols.</param>
    /// <param name="metaStartsWords">No merge joins a character before U+2581 with it, so text may be cut there.</param>
    public BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options, bool metaStartsWords)
    {
        Vocabulary = vocabulary;
        Merges = merges;
        Options = options;
        CutsAtMeta = metaStartsWords && !options.ByteLevel && !options.IgnoreMerges && vocabulary.Id(Meta) >= 0;
        for (int value = 0; value < 256; value++)
            _byteTokens[value] = vocabulary.Id($"<0x{value:X2}>");
    }

    /// <summary>The tokens.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>The merges.</summary>
    public MergeTable Merges { get; }

    /// <summary>How words become symbols.</summary>
    public BpeOptions Options { get; }

    /// <summary>
    /// Text may be cut before every U+2581 that follows another character, and gives the same tokens: SentencePiece-style
    /// models take whole texts as one word, which this makes cacheable and cheap.
    /// </summary>
    public bool CutsAtMeta { get; }

    /// <summary>Adds the tokens of a piece of text that a pre-tokenizer made.</summary>
    public void Encode(ReadOnlySpan<char> piece, BpeScratch scratch, IdBuffer ids)
    {
        if (!CutsAtMeta)
        {
            EncodeWord(piece, scratch, ids);
            return;
        }

        while (piece.Length > 0)
        {
            int end = EndOfMetaWord(piece);
            EncodeWord(piece[..end], scratch, ids);
            piece = piece[end..];
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, BpeScratch scratch, IdBuffer ids)
    {
        if (word.Length > WordCache.LongestWord)
        {
            ids.Add(Tokens(word, scratch));
            return;
        }

        ulong hash = WordCache.Hash(word);
        if (!scratch.Cache.TryGet(word, hash, out ReadOnlySpan<int> tokens))
        {
            tokens = Tokens(word, scratch);
            scratch.Cache.Add(word, hash, tokens);
        }

        if (tokens.Length == 1)
            ids.Add(tokens[0]);
        else
            ids.Add(tokens);
    }

    private ReadOnlySpan<int> Tokens(ReadOnlySpan<char> word, BpeScratch scratch)
    {
        if (Options.ByteLevel)
        {
            scratch.Characters.Clear();
            ByteAlphabet.Append(word, scratch.Characters);
            word = scratch.Characters.Span;
        }

        IdBuffer symbols = scratch.Symbols;
        symbols.Clear();
        if (Options.IgnoreMerges && Vocabulary.Id(word) is >= 0 and int whole)
        {
            symbols.Add(whole);
            return symbols.Span;
        }

        AddSymbols(word, symbols);
        return symbols.Span[..scratch.Merger.Merge(symbols.Span)];
    }

    private void AddSymbols(ReadOnlySpan<char> word, IdBuffer symbols)
    {
        bool unknownPending = false;
        for (int index = 0, length; index < word.Length; index += length)
        {
            int codePoint = CodePoints.At(word, index, out length);
            int id = length == 1 ? Vocabulary.Id(word[index]) : Vocabulary.Id(word.Slice(index, length));
            if (id >= 0)
            {
                if (unknownPending)
                    symbols.Add(Options.UnknownId);
                unknownPending = false;
                symbols.Add(id);
            }
            else if (!(Options.ByteFallback && TryAddBytes(codePoint, symbols)) && Options.UnknownId >= 0)
            {
                // An unknown token waits for the next known character, also behind byte tokens: this is the reference's order.
                if (unknownPending && !Options.FuseUnknown)
                    symbols.Add(Options.UnknownId);
                unknownPending = true;
            }
        }

        if (unknownPending)
            symbols.Add(Options.UnknownId);
    }

    private bool TryAddBytes(int codePoint, IdBuffer symbols)
    {
        Span<byte> utf8 = stackalloc byte[4];
        utf8 = utf8[..new Rune(codePoint).EncodeToUtf8(utf8)];
        foreach (byte value in utf8)
        {
            if (_byteTokens[value] < 0)
                return false;
        }

        foreach (byte value in utf8)
            symbols.Add(_byteTokens[value]);
        return true;
    }

    private static int EndOfMetaWord(ReadOnlySpan<char> text)
    {
        int metas = text.IndexOfAnyExcept(Meta);
        if (metas < 0)
            return text.Length;
        int next = text[metas..].IndexOf(Meta);
        return next < 0 ? text.Length : metas + next;
    }
}
