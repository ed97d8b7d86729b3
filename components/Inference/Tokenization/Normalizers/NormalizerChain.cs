using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers;

/// <summary>The normalizers of a tokenizer, one after the other. Immutable.</summary>
internal sealed class NormalizerChain(Normalizer[] normalizers)
{
    /// <summary>Normalises well-formed text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scratch">Two buffers to work in.</param>
    /// <param name="keepsOrigin">False if the beginning was cut off.</param>
    /// <returns>The text itself if nothing changes, else what lies in one of the buffers.</returns>
    public ReadOnlySpan<char> Apply(ReadOnlySpan<char> text, (TextBuffer First, TextBuffer Second) scratch, out bool keepsOrigin)
    {
        keepsOrigin = true;
        foreach (Normalizer normalizer in normalizers)
        {
            if (!normalizer.Changes(text))
                continue;

            keepsOrigin &= normalizer.KeepsOrigin(text);
            scratch.First.Clear();
            normalizer.Apply(text, scratch.First);
            text = scratch.First.Span;
            scratch = (scratch.Second, scratch.First);
        }

        return text;
    }

    /// <summary>Normalises one string, for what is prepared at load time.</summary>
    public string Apply(string text) => Apply(text, (new TextBuffer(), new TextBuffer()), out _).ToString();
}
