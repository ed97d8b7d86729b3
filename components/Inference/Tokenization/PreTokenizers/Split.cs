using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>Splits pieces at the occurrences of a pattern.</summary>
/// <param name="pattern">The delimiter.</param>
/// <param name="behavior">What becomes of it.</param>
/// <param name="invert">The pattern matches what is kept; the rest are the delimiters.</param>
internal sealed class Split(TextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    /// <inheritdoc/>
    public override ReadOnlySpan<char> Cut(ReadOnlySpan<char> text, int origin, Pieces from, Pieces to, TextBuffer changed)
    {
        foreach ((int start, int end) in from.Span)
        {
            if (behavior == SplitBehavior.Isolated && pattern is CoveringPattern covering)
                covering.CutAll(text[start..end], start, to);
            else
                CutPiece(text[start..end], start, to);
        }

        return text;
    }

    private void CutPiece(ReadOnlySpan<char> piece, int offset, Pieces to)
    {
        var joiner = new Joiner(behavior, offset, to);
        int done = 0;
        int from = 0;
        while (from <= piece.Length && pattern.TryFind(piece, from, out int start, out int end))
        {
            if (start > done)
                joiner.Add(done, start, invert);
            if (end > start)
                joiner.Add(start, end, !invert);
            done = end;
            from = end > start ? end : end + 1;
        }

        if (done < piece.Length)
            joiner.Add(done, piece.Length, invert);
        joiner.Finish();
    }

    /// <summary>Joins delimiters and the text between them as the behaviour says.</summary>
    private ref struct Joiner(SplitBehavior behavior, int offset, Pieces to)
    {
        private bool _previous;
        private bool _any;
        private int _pendingStart = -1;
        private int _pendingEnd;

        public void Add(int start, int end, bool delimiter)
        {
            switch (behavior)
            {
                case SplitBehavior.Removed:
                    if (!delimiter)
                        Emit(start, end);
                    break;
                case SplitBehavior.Isolated:
                    Emit(start, end);
                    break;
                case SplitBehavior.Contiguous:
                    JoinOrEmit(start, end, delimiter == _previous);
                    break;
                case SplitBehavior.MergedWithPrevious:
                    JoinOrEmit(start, end, delimiter && !_previous);
                    break;
                default:
                    HoldForNext(start, end, delimiter);
                    break;
            }

            _previous = delimiter;
        }

        public void Finish()
        {
            if (_pendingStart >= 0)
                Emit(_pendingStart, _pendingEnd);
        }

        private void JoinOrEmit(int start, int end, bool join)
        {
            if (join && _any)
                to.ExtendLast(offset + end);
            else
                Emit(start, end);
        }

        // The last delimiter of a run belongs to the text behind it.
        private void HoldForNext(int start, int end, bool delimiter)
        {
            if (delimiter)
            {
                Finish();
                (_pendingStart, _pendingEnd) = (start, end);
                return;
            }

            Emit(_pendingStart >= 0 ? _pendingStart : start, end);
            _pendingStart = -1;
        }

        private void Emit(int start, int end)
        {
            to.Add(offset + start, offset + end);
            _any = true;
        }
    }
}
