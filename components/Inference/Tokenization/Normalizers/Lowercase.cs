using System.Text;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers;

/// <summary>Lower case by Unicode, character by character (a final sigma is not told apart).</summary>
internal sealed class Lowercase : Normalizer
{
    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<char> text, TextBuffer output)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            // The only character whose lower case is two.
            if (rune.Value == 0x130)
                output.Append("i\u0307");
            else
                output.AppendCodePoint(Rune.ToLowerInvariant(rune).Value);
        }
    }
}
