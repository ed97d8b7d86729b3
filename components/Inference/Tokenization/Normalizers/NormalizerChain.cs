using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers;

/// <summary>The normalizers of a tokenizer, one after the other. Immutable.</summary>
internal sealed class NormalizerChain(Normalizer[] normalizers)
{
    /// <summary>Normalises well-formed text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scratch">Two buffers to work in.</param>
    /// <param name="origin">How much of the text, from its beginning, is the first character of the user's text; on return, of the normalised text.</param>
    /// <returns>The text itself if nothing changes, else what lies in one of the buffers.</returns>
    public ReadOnlySpan<char> Apply(ReadOnlySpan<char> text, (TextBuffer First, TextBuffer Second) scratch, ref int origin)
    {
        foreach (Normalizer normalizer in normalizers)
        {
            if (!normalizer.Changes(text))
                continue;

            if (origin > 0)
                origin = normalizer.Origin(text, origin);
            scratch.First.Clear();
            normalizer.Apply(text, scratch.First);
            text = scratch.First.Span;
            scratch = (scratch.Second, scratch.First);
        }

        return text;
    }

    /// <summary>Normalises one string, for what is prepared at load time.</summary>
    public string Apply(string text)
    {
        int origin = 0;
        return Apply(text, (new TextBuffer(), new TextBuffer()), ref origin).ToString();
    }
}
