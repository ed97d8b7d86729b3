using Serverless.Inference.Tokenization.Normalizers.Unicode;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers;

/// <summary>Leaves out combining marks.</summary>
internal sealed class StripAccents : Normalizer
{
    /// <inheritdoc/>
    public override bool Changes(ReadOnlySpan<char> text) => text.ContainsAnyExceptInRange('\0', '\u02FF');

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<char> text, TextBuffer output)
    {
        for (int index = 0, length; index < text.Length; index += length)
        {
            int codePoint = CodePoints.At(text, index, out length);
            if (!NormalizationTables.Shared.IsMark(codePoint))
                output.AppendCodePoint(codePoint);
        }
    }
}
