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
                output.AppendCodePoint(LowerOf(rune));
        }
    }

    // The reference knows the capitals of Unicode 17, .NET 10 those of Unicode 16.
    private static int LowerOf(Rune rune) => rune.Value switch
    {
        0xA7CE or 0xA7D2 or 0xA7D4 => rune.Value + 1,
        >= 0x16EA0 and <= 0x16EB8 => rune.Value + 0x1B,
        _ => Rune.ToLowerInvariant(rune).Value,
    };
}
