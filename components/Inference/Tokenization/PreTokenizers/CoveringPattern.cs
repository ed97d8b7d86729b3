using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>A pattern that matches at every place of every text, so that text is cut into its matches and nothing else.</summary>
internal abstract class CoveringPattern : TextPattern
{
    /// <summary>Where the match that starts at <paramref name="start"/> ends.</summary>
    public abstract int End(ReadOnlySpan<char> text, int start);

    /// <inheritdoc/>
    public sealed override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        start = from;
        end = from < text.Length ? End(text, from) : from;
        return end > start;
    }

    /// <summary>Adds all matches.</summary>
    public void CutAll(ReadOnlySpan<char> text, int offset, Pieces to)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = End(text, start);
            to.Add(offset + start, offset + end);
            start = end;
        }
    }
}
