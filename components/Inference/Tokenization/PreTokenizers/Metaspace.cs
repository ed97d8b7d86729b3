using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>When <see cref="Metaspace"/> puts its character before a piece.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece that does not start with it.</summary>
    Always,

    /// <summary>Only before the piece that starts the text.</summary>
    First,

    /// <summary>Not at all.</summary>
    Never,
}

/// <summary>SentencePiece's way (Kudo and Richardson 2018): spaces become a visible character, which starts words.</summary>
/// <param name="replacement">The character, U+2581 as a rule.</param>
/// <param name="scheme">Whether the beginning of a text counts as the beginning of a word.</param>
/// <param name="split">Cut before every occurrence of it.</param>
internal sealed class Metaspace(char replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    /// <inheritdoc/>
    public override bool UsesOrigin => scheme == PrependScheme.First;

    /// <inheritdoc/>
    public override ReadOnlySpan<char> Cut(ReadOnlySpan<char> text, int origin, Pieces from, Pieces to, TextBuffer changed)
    {
        foreach ((int start, int end) in from.Span)
        {
            ReadOnlySpan<char> piece = text[start..end];
            int at = changed.Length;
            bool starts = piece[0] == replacement || piece[0] == ' ';
            if (!starts && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && start < origin)))
                changed.Append(replacement);
            foreach (char value in piece)
                changed.Append(value == ' ' ? replacement : value);
            AddPieces(changed.Span, at, to);
        }

        return changed.Span;
    }

    private void AddPieces(ReadOnlySpan<char> text, int start, Pieces to)
    {
        int next;
        while (split && (next = text[(start + 1)..].IndexOf(replacement)) >= 0)
        {
            to.Add(start, start + 1 + next);
            start += 1 + next;
        }

        to.Add(start, text.Length);
    }
}
