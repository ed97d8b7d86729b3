using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers;

/// <summary>Puts a prefix before every text that is not empty.</summary>
internal sealed class Prepend(string prefix) : Normalizer
{
    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<char> text, TextBuffer output)
    {
        output.Append(prefix);
        output.Append(text);
    }
}
