using System.Globalization;

namespace Serverless.Inference.Tokenization.Regex;

/// <summary>
/// Reads a regular expression in Oniguruma's Ruby syntax, as far as split patterns use it. What would need more (back
/// references, scripts, multi-character case folding ...) is refused rather than matched almost right.
/// </summary>
internal sealed class RegexParser
{
    private const int MostRepetitions = 1000;
    private readonly string _pattern;
    private readonly ClassParser _classes;
    private int _at;

    private RegexParser(string pattern)
    {
        _pattern = pattern;
        _classes = new ClassParser(pattern);
    }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="NotSupportedException">It is not one that is understood; the message says why.</exception>
    public static Node Parse(string pattern)
    {
        var parser = new RegexParser(pattern);
        Node node = parser.ReadChoice(ignoreCase: false);
        return parser._at == pattern.Length ? node : throw new NotSupportedException($"')' at {parser._at} closes nothing");
    }

    private Node ReadChoice(bool ignoreCase)
    {
        List<Node> choices = [];
        bool started = ignoreCase;
        do
        {
            choices.Add(ReadSequence(ref ignoreCase));
            if (choices.Count == 1)
                started = ignoreCase;
        }
        while (Take('|'));
        if (ignoreCase != started)
            throw InlineOption();
        return choices.Count == 1 ? choices[0] : new Choice(choices);
    }

    private Sequence ReadSequence(ref bool ignoreCase)
    {
        List<Node> parts = [];
        char? previous = null;
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            int start = _at;
            Node? part = ReadPart(ref ignoreCase);
            if (part is null)
            {
                if (parts.Count > 0)
                    throw InlineOption();
                continue;
            }

            char? literal = ignoreCase && _at == start + 1 ? _pattern[start] : null;
            RefuseFolding(previous, literal);
            previous = literal;
            parts.Add(ReadRepeats(part));
        }

        return new Sequence(parts);
    }

    // Elsewhere it makes a group of what is behind it, choices included.
    private static NotSupportedException InlineOption() => new("'(?i)' other than at the beginning of a group");

    // Under (?i) these pairs also match one character: the sharp s and the ligatures.
    private static void RefuseFolding(char? first, char? second)
    {
        if (first is null || second is null)
            return;
        string pair = $"{first}{second}".ToLowerInvariant();
        if (pair is "ss" or "st" or "ff" or "fi" or "fl")
            throw new NotSupportedException($"'{pair}' without regard to case also matches single characters");
    }

    private Node? ReadPart(ref bool ignoreCase)
    {
        char next = _pattern[_at];
        switch (next)
        {
            case '(':
                return ReadGroup(ref ignoreCase);
            case '[':
                return new One(_classes.ReadClass(ref _at, ignoreCase));
            case '.':
                _at++;
                return new One(CodeSets.Any);
            case '^':
                _at++;
                return new At(Place.LineStart);
            case '$':
                _at++;
                return new At(Place.LineEnd);
            case '\\' when _at + 1 < _pattern.Length && PlaceOf(_pattern[_at + 1]) is Place place:
                _at += 2;
                return new At(place);
            case '*' or '+' or '?':
                throw new NotSupportedException($"'{next}' at {_at} repeats nothing");
            default:
                return new One(_classes.ReadOne(ref _at, ignoreCase));
        }
    }

    private static Place? PlaceOf(char escape) => escape switch
    {
        'A' => Place.TextStart,
        'z' => Place.TextEnd,
        'b' => Place.WordEdge,
        'B' => Place.NoWordEdge,
        _ => null,
    };

    private Node? ReadGroup(ref bool ignoreCase)
    {
        _at++;
        if (!Take('?'))
            return Close(ReadChoice(ignoreCase));
        if (Take(':'))
            return Close(ReadChoice(ignoreCase));
        if (Take('='))
            return new Look(Close(ReadChoice(ignoreCase)), Ahead: true, Negative: false);
        if (Take('!'))
            return new Look(Close(ReadChoice(ignoreCase)), Ahead: true, Negative: true);
        if (Take('>'))
            return new Atomic(Close(ReadChoice(ignoreCase)));
        if (Take("<="))
            return Behind(Close(ReadChoice(ignoreCase)), negative: false);
        if (Take("<!"))
            return Behind(Close(ReadChoice(ignoreCase)), negative: true);
        if (Take("i:"))
            return Close(ReadChoice(ignoreCase: true));
        if (Take("-i:"))
            return Close(ReadChoice(ignoreCase: false));
        if (Take("i)"))
        {
            ignoreCase = true;
            return null;
        }

        throw new NotSupportedException($"the group '(?{_pattern.AsSpan(_at, Math.Min(2, _pattern.Length - _at))}' at {_at - 2} is not understood");
    }

    private Node Close(Node body) => Take(')') ? body : throw new NotSupportedException("a group is not closed");

    private static Look Behind(Node body, bool negative) =>
        body.Least == body.Most ? new Look(body, Ahead: false, negative) : throw new NotSupportedException("a look behind of varying length");

    private Node ReadRepeats(Node body)
    {
        while (_at < _pattern.Length && TryReadBounds(out int min, out int max, out bool braces))
        {
            // In Ruby's syntax the suffixes belong to * + ? alone; behind braces ? is lazy only for a range, and + repeats again.
            bool range = !braces || min != max;
            Greed greed = range && Take('?') ? Greed.Lazy : !braces && Take('+') ? Greed.Possessive : Greed.Greedy;
            if (max == int.MaxValue && body.Least == 0)
                throw new NotSupportedException("an endless repetition of something that may be empty");
            if (Math.Max(min, max == int.MaxValue ? 0 : max) > MostRepetitions)
                throw new NotSupportedException($"more than {MostRepetitions} repetitions");
            body = new Repeat(body, min, max, greed);
        }

        return body;
    }

    private bool TryReadBounds(out int min, out int max, out bool braces)
    {
        (min, max) = _pattern[_at] switch { '*' => (0, int.MaxValue), '+' => (1, int.MaxValue), '?' => (0, 1), _ => (-1, -1) };
        braces = min < 0;
        if (!braces)
        {
            _at++;
            return true;
        }

        int end = _pattern[_at] == '{' ? _pattern.IndexOf('}', _at) : -1;
        if (end < 0)
            return false;
        string[] bounds = _pattern[(_at + 1)..end].Split(',');
        if (bounds.Length > 2 || bounds.All(bound => bound.Length == 0) || !bounds.All(bound => bound.All(char.IsAsciiDigit)) || bounds.Any(bound => bound.Length > 6))
            return false;
        min = bounds[0].Length == 0 ? 0 : int.Parse(bounds[0], CultureInfo.InvariantCulture);
        max = bounds[^1].Length == 0 ? int.MaxValue : int.Parse(bounds[^1], CultureInfo.InvariantCulture);
        _at = end + 1;
        return min <= max ? true : throw new NotSupportedException($"the bounds {{{min},{max}}} are the wrong way round");
    }

    private bool Take(char expected) => Take(expected.ToString());

    private bool Take(string expected)
    {
        if (string.CompareOrdinal(_pattern, _at, expected, 0, expected.Length) != 0)
            return false;
        _at += expected.Length;
        return true;
    }
}
