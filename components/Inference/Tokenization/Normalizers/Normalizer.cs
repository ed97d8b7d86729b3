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
    /// How much of the changed text, from its beginning, stands for the first <paramref name="origin"/> characters of this
    /// text: 0 if they are cut off. Right as it is for what looks at one character at a time.
    /// </summary>
    public virtual int Origin(ReadOnlySpan<char> text, int origin)
    {
        var changed = new TextBuffer();
        Apply(text[..origin], changed);
        return changed.Length;
    }
}
