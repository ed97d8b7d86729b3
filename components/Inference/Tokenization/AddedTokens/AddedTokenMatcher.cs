using System.Buffers;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.AddedTokens;

/// <summary>Finds added tokens in text: the leftmost, there the longest, and goes on after it. Immutable.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly SearchValues<string> _search;
    private readonly Dictionary<char, (string Pattern, AddedToken Token)[]> _byFirst;

    private AddedTokenMatcher(List<(string Pattern, AddedToken Token)> patterns)
    {
        _search = SearchValues.Create([.. patterns.Select(p => p.Pattern)], StringComparison.Ordinal);
        _byFirst = patterns.GroupBy(p => p.Pattern[0]).ToDictionary(g => g.Key, g => g.OrderByDescending(p => p.Pattern.Length).ToArray());
    }

    /// <summary>A matcher of the patterns that are not empty, or null if there are none.</summary>
    public static AddedTokenMatcher? Create(IEnumerable<(string Pattern, AddedToken Token)> patterns)
    {
        List<(string Pattern, AddedToken Token)> usable = [.. patterns.Where(p => p.Pattern.Length > 0)];
        return usable.Count == 0 ? null : new AddedTokenMatcher(usable);
    }

    /// <summary>Finds the next token.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="from">Where the search starts; on return, where the next search starts.</param>
    /// <param name="taken">Where the tokens found so far end; white space before it is not taken again.</param>
    /// <param name="match">The token and its place, white space that it takes included.</param>
    public bool TryNext(ReadOnlySpan<char> text, ref int from, int taken, out Match match)
    {
        while (from < text.Length)
        {
            int offset = text[from..].IndexOfAny(_search);
            if (offset < 0)
                break;

            int start = from + offset;
            (string pattern, AddedToken token) = LongestAt(text, start);
            int end = start + pattern.Length;
            from = end;
            if (token.SingleWord && !IsSingleWord(text, start, end))
                continue;

            match = new Match(token.Id, LeftEdge(text, start, taken, token), RightEdge(text, end, token));
            return true;
        }

        match = default;
        return false;
    }

    private (string Pattern, AddedToken Token) LongestAt(ReadOnlySpan<char> text, int start)
    {
        foreach ((string Pattern, AddedToken Token) candidate in _byFirst[text[start]])
        {
            if (text[start..].StartsWith(candidate.Pattern, StringComparison.Ordinal))
                return candidate;
        }

        throw new InvalidOperationException($"No added token starts at {start}.");
    }

    private static bool IsSingleWord(ReadOnlySpan<char> text, int start, int end) =>
        (start == 0 || !CodePoints.IsWord(CodePoints.Before(text, start, out _)))
        && (end == text.Length || !CodePoints.IsWord(CodePoints.At(text, end, out _)));

    private static int LeftEdge(ReadOnlySpan<char> text, int start, int taken, AddedToken token)
    {
        int edge = start;
        while (token.LeftStrip && edge > 0 && CodePoints.Is(text[edge - 1], CodePoints.Space))
            edge--;
        return token.LeftStrip ? Math.Max(edge, taken) : start;
    }

    private static int RightEdge(ReadOnlySpan<char> text, int end, AddedToken token)
    {
        while (token.RightStrip && end < text.Length && CodePoints.Is(text[end], CodePoints.Space))
            end++;
        return end;
    }

    /// <summary>A token in a text.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Start">Where it starts; may lie before the end of the one before, if that took white space of this one.</param>
    /// <param name="End">Where it ends.</param>
    internal readonly record struct Match(int Id, int Start, int End);
}
