using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers;

/// <summary>Writes the text's UTF-8 bytes in <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteLevel : Normalizer
{
    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<char> text, TextBuffer output) => ByteAlphabet.Append(text, output);
}
