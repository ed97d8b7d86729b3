using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Regex;

/// <summary>
/// A regular expression over code points, matched by backtracking: the leftmost match, choices in order, as Oniguruma does.
/// .NET's own engine works on UTF-16 units and so misses the letters beyond the basic plane. Immutable.
/// </summary>
internal sealed class RegexPattern : TextPattern
{
    // Oniguruma's own bound on a single match.
    private const int MostRetries = 10_000_000;
    private readonly Instruction[] _program;
    private readonly string _pattern;

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="NotSupportedException">It is not one that is understood; the message says why.</exception>
    public RegexPattern(string pattern)
    {
        _pattern = pattern;
        _program = RegexProgram.Compile(RegexParser.Parse(pattern));
    }

    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        var stack = new Stack<Retry>();
        int length = 1;
        for (start = from; start <= text.Length; start += length)
        {
            end = Run(text, 0, start, stack);
            if (end >= 0)
                return true;
            if (start < text.Length)
                CodePoints.At(text, start, out length);
        }

        end = start;
        return false;
    }

    /// <summary>Where the attempt that starts at an instruction and a place ends, or -1.</summary>
    private int Run(ReadOnlySpan<char> text, int pc, int place, Stack<Retry> stack)
    {
        int bottom = stack.Count;
        int retries = 0;
        while (true)
        {
            Instruction next = _program[pc];
            bool good = true;
            switch (next.Op)
            {
                case Op.Done:
                    while (stack.Count > bottom)
                        stack.Pop();
                    return place;
                case Op.One:
                    good = Take(text, ref place, next.Set!);
                    pc++;
                    break;
                case Op.Run or Op.PossessiveRun:
                    good = TakeRun(text, next, pc, ref place, stack);
                    pc++;
                    break;
                case Op.Try:
                    stack.Push(new Retry(next.Y, place, place));
                    pc = next.X;
                    break;
                case Op.Jump:
                    pc = next.X;
                    break;
                case Op.At:
                    good = Is((Place)next.X, text, place);
                    pc++;
                    break;
                default:
                    good = Attempt(text, next, pc + 1, ref place, stack);
                    pc = next.X;
                    break;
            }

            if (good)
                continue;
            if (stack.Count == bottom)
                return -1;
            if (++retries > MostRetries)
                throw new InferenceException(InferenceErrorCodes.ModelUnsupported, $"The pattern {_pattern} needs more than {MostRetries} retries on a text.");
            Retry retry = stack.Pop();
            (pc, place) = (retry.Pc, retry.Place);
            if (retry.Least < retry.Place)
            {
                // A run gives back one code point after the other.
                CodePoints.Before(text, place, out int length);
                place -= length;
                if (retry.Least < place)
                    stack.Push(retry with { Place = place });
            }
        }
    }

    private bool Attempt(ReadOnlySpan<char> text, Instruction attempt, int pc, ref int place, Stack<Retry> stack)
    {
        int from = place;
        for (int i = 0; i < attempt.Width && attempt.Op == Op.Behind; i++)
        {
            if (from == 0)
                return attempt.Y == 1;
            CodePoints.Before(text, from, out int length);
            from -= length;
        }

        int end = Run(text, pc, from, stack);
        if (attempt.Op == Op.Atomic && end >= 0)
            place = end;
        return end >= 0 != (attempt.Y == 1);
    }

    private static bool Take(ReadOnlySpan<char> text, ref int place, CodeSet set)
    {
        if (place >= text.Length || !set.Contains(CodePoints.At(text, place, out int length)))
            return false;
        place += length;
        return true;
    }

    private static bool TakeRun(ReadOnlySpan<char> text, Instruction run, int pc, ref int place, Stack<Retry> stack)
    {
        int least = place;
        int count = 0;
        for (; count < run.Y && Take(text, ref place, run.Set!); count++)
        {
            if (count < run.X)
                least = place;
        }

        if (count < run.X)
            return false;
        if (run.Op == Op.Run && place > least)
            stack.Push(new Retry(pc + 1, place, least));
        return true;
    }

    private static bool Is(Place kind, ReadOnlySpan<char> text, int place) => kind switch
    {
        Place.LineStart => place == 0 || text[place - 1] == '\n',
        Place.LineEnd => place == text.Length || text[place] == '\n',
        Place.TextStart => place == 0,
        Place.TextEnd => place == text.Length,
        Place.WordEdge => IsWordEdge(text, place),
        _ => !IsWordEdge(text, place),
    };

    private static bool IsWordEdge(ReadOnlySpan<char> text, int place)
    {
        bool before = place > 0 && CodeSets.Word.Contains(CodePoints.Before(text, place, out _));
        bool behind = place < text.Length && CodeSets.Word.Contains(CodePoints.At(text, place, out _));
        return before != behind;
    }

    /// <summary>What to try when an attempt fails.</summary>
    /// <param name="Pc">The instruction to go on at.</param>
    /// <param name="Place">The place to go on from; for a run, after giving back one code point.</param>
    /// <param name="Least">How far back a run can go; the place itself for other choices.</param>
    private readonly record struct Retry(int Pc, int Place, int Least);
}
