using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers;

/// <summary>Replaces every occurrence of a pattern.</summary>
internal sealed class Replace(TextPattern pattern, string content) : Normalizer
{
    /// <inheritdoc/>
    public override bool Changes(ReadOnlySpan<char> text) => pattern.TryFind(text, 0, out _, out _);

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<char> text, TextBuffer output) => pattern.Replace(text, content, output);

    /// <inheritdoc/>
    public override int Origin(ReadOnlySpan<char> text, int origin)
    {
        // A replacement stands where the last character of what it replaces stood.
        bool across = pattern.TryFind(text, 0, out int start, out int end) && start < origin && end > origin;
        return base.Origin(text, across ? start : origin);
    }
}
