using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>Cuts the pieces of a text into smaller ones, and may change them. Immutable.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Whether it looks at where the user's text begins.</summary>
    public virtual bool UsesOrigin => false;

    /// <summary>Cuts.</summary>
    /// <param name="text">The text that holds the pieces.</param>
    /// <param name="origin">How much of the text, from its beginning, is the first character of the user's text.</param>
    /// <param name="from">The pieces so far.</param>
    /// <param name="to">Empty; receives the new pieces.</param>
    /// <param name="changed">Empty; receives the text, if it changes.</param>
    /// <returns>The text that the new pieces lie in: the same, or that of <paramref name="changed"/>.</returns>
    public abstract ReadOnlySpan<char> Cut(ReadOnlySpan<char> text, int origin, Pieces from, Pieces to, TextBuffer changed);
}
