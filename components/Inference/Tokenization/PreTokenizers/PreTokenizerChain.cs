using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>The pre-tokenizers of a tokenizer, one after the other. Immutable.</summary>
internal sealed class PreTokenizerChain(PreTokenizer[] steps)
{
    /// <summary>Whether a step looks at where the user's text begins.</summary>
    public bool UsesOrigin { get; } = Array.Exists(steps, step => step.UsesOrigin);

    /// <summary>Cuts normalised text into the pieces that the model sees.</summary>
    /// <param name="text">The text; not empty.</param>
    /// <param name="origin">How much of it, from its beginning, is the first character of the user's text; 0 will do unless <see cref="UsesOrigin"/>.</param>
    /// <param name="scratch">What to work in.</param>
    /// <param name="pieces">The pieces; valid until the scratch is used again.</param>
    /// <returns>The text that they lie in.</returns>
    public ReadOnlySpan<char> Cut(ReadOnlySpan<char> text, int origin, PreTokenizerScratch scratch, out Pieces pieces)
    {
        (Pieces from, Pieces to) = (scratch.FirstPieces, scratch.SecondPieces);
        (TextBuffer unused, TextBuffer changed) = (scratch.FirstText, scratch.SecondText);
        from.Clear();
        from.Add(0, text.Length);
        foreach (PreTokenizer step in steps)
        {
            to.Clear();
            changed.Clear();
            text = step.Cut(text, origin, from, to, changed);
            (from, to) = (to, from);
            if (changed.Length > 0)
                (unused, changed) = (changed, unused);
        }

        pieces = from;
        return text;
    }
}

/// <summary>What one thread needs to run a <see cref="PreTokenizerChain"/>.</summary>
internal sealed class PreTokenizerScratch
{
    /// <summary>The pieces before a step, or behind it.</summary>
    public Pieces FirstPieces { get; } = new();

    /// <summary>The other ones.</summary>
    public Pieces SecondPieces { get; } = new();

    /// <summary>The text before a step, or behind it.</summary>
    public TextBuffer FirstText { get; } = new();

    /// <summary>The other one.</summary>
    public TextBuffer SecondText { get; } = new();
}
