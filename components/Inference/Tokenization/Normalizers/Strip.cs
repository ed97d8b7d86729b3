using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers;

/// <summary>Cuts white space off the ends.</summary>
internal sealed class Strip(bool left, bool right) : Normalizer
{
    /// <inheritdoc/>
    public override bool Changes(ReadOnlySpan<char> text) =>
        text.Length > 0 && ((left && IsSpace(text[0])) || (right && IsSpace(text[^1])));

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<char> text, TextBuffer output)
    {
        int start = 0;
        int end = text.Length;
        while (left && start < end && IsSpace(text[start]))
            start++;
        while (right && end > start && IsSpace(text[end - 1]))
            end--;
        output.Append(text[start..end]);
    }

    /// <inheritdoc/>
    public override int Origin(ReadOnlySpan<char> text, int origin) => left && IsSpace(text[0]) ? 0 : origin;

    private static bool IsSpace(char value) => CodePoints.Is(value, CodePoints.Space);
}
