using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers;

/// <summary>A change of the text before it is cut into words. Immutable.</summary>
internal abstract class Normalizer
{
    /// <summary>Whether <see cref="Apply"/> may change the text; a quick check, false lets the text pass as it is.</summary>
    public virtual bool Changes(ReadOnlySpan<char> text) => text.Length > 0;

    /// <summary>Writes the changed text.</summary>
    /// <param name="text">Well-formed text.</param>
    /// <param name="output">Empty.</param>
    public abstract void Apply(ReadOnlySpan<char> text, TextBuffer output);

    /// <summary>
    /// Whether the first character of the changed text stands for the first of this text; what is cut off at the beginning
    /// makes a text one that does not start at its origin.
    /// </summary>
    public virtual bool KeepsOrigin(ReadOnlySpan<char> text) => true;
}
