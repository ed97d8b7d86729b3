using System.Globalization;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Reads the tokens inside a tag, one at a time, and keeps count of brackets: <c>}}</c> inside of braces ends nothing.</summary>
internal sealed class ExpressionScanner(string source, List<Token> tokens)
{
    private static readonly string[] s_twoCharOperators = ["**", "//", "==", "!=", ">=", "<="];
    private readonly Stack<char> _open = new();

    public bool Balanced => _open.Count == 0;

    /// <summary>Adds the token at <paramref name="at"/>, which is no blank; returns the offset after it.</summary>
    public int Read(int at)
    {
        var c = source[at];
        if (char.IsAsciiDigit(c))
            return ReadNumber(at);
        if (c == '_' || char.IsLetterOrDigit(c) || char.IsSurrogate(c))
            return ReadName(at);
        return c is '\'' or '"' ? ReadString(at) : ReadOperator(at);
    }

    private int ReadName(int start)
    {
        var at = start;
        while (at < source.Length && (source[at] == '_' || char.IsLetterOrDigit(source, at) || IsMark(source[at]) || char.IsLowSurrogate(source[at])))
            at++;
        if (at == start || !(source[start] == '_' || char.IsLetter(source, start)))
            throw JinjaException.At(source, start, "Invalid character in identifier");
        return Add(TokenKind.Name, source[start..at], start, at);
    }

    private static bool IsMark(char c) => c > '\x7f' && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private int ReadNumber(int start)
    {
        if (source[start] == '0' && start + 1 < source.Length)
        {
            var radix = char.ToLowerInvariant(source[start + 1]);
            Predicate<char>? digit = radix switch
            {
                'x' => char.IsAsciiHexDigit,
                'o' => static c => c is >= '0' and <= '7',
                'b' => static c => c is '0' or '1',
                _ => null,
            };
            var end = digit is null ? start : Digits(start + 2, digit, leadingUnderscore: true);
            if (digit is not null && end > start + 2)
                return Add(TokenKind.Integer, source[start..end], start, end);
        }

        var whole = Digits(start, char.IsAsciiDigit);
        if (start == 0 || source[start - 1] != '.')
        {
            var fraction = whole < source.Length && source[whole] == '.' ? Digits(whole + 1, char.IsAsciiDigit) : whole;
            if (fraction == whole + 1)
                fraction = whole; // a point without digits is no fraction
            var end = Exponent(fraction);
            if (end > whole)
                return Add(TokenKind.Float, source[start..end].Replace("_", "", StringComparison.Ordinal), start, end);
        }

        if (source[start] == '0') // 007 is 00 and then 7, which no rule of the grammar accepts
            whole = Digits(start, static c => c == '0');
        return Add(TokenKind.Integer, source[start..whole], start, whole);
    }

    private int Exponent(int at)
    {
        if (at >= source.Length || source[at] is not ('e' or 'E'))
            return at;
        var digits = at + 1 < source.Length && source[at + 1] is '+' or '-' ? at + 2 : at + 1;
        var end = Digits(digits, char.IsAsciiDigit);
        return end > digits ? end : at;
    }

    /// <summary>The offset after digits with single underscores between them.</summary>
    private int Digits(int at, Predicate<char> digit, bool leadingUnderscore = false)
    {
        var start = at;
        while (at < source.Length)
        {
            if (digit(source[at]))
                at++;
            else if (source[at] == '_' && (at > start || leadingUnderscore) && at + 1 < source.Length && digit(source[at + 1]))
                at += 2;
            else
                break;
        }

        return at;
    }

    private int ReadString(int start)
    {
        var quote = source[start];
        for (var at = start + 1; at < source.Length; at++)
        {
            if (source[at] == '\\')
                at++;
            else if (source[at] == quote)
                return Add(TokenKind.Text, StringEscapes.Decode(source, start + 1, at), start, at + 1);
        }

        throw JinjaException.At(source, start, "a string is not closed");
    }

    private int ReadOperator(int at)
    {
        foreach (var op in s_twoCharOperators)
        {
            if (string.CompareOrdinal(source, at, op, 0, 2) == 0)
                return Add(TokenKind.Operator, op, at, at + 2);
        }

        var c = source[at];
        switch (c)
        {
            case '(' or '[' or '{':
                _open.Push(c switch { '(' => ')', '[' => ']', _ => '}' });
                break;
            case ')' or ']' or '}':
                if (!_open.TryPop(out var expected))
                    throw JinjaException.At(source, at, $"unexpected '{c}'");
                if (expected != c)
                    throw JinjaException.At(source, at, $"unexpected '{c}', expected '{expected}'");
                break;
            default:
                if (!"+-/*%~><=.:|,;".Contains(c, StringComparison.Ordinal))
                    throw JinjaException.At(source, at, $"unexpected char '{c}'");
                break;
        }

        return Add(TokenKind.Operator, c.ToString(), at, at + 1);
    }

    private int Add(TokenKind kind, string text, int start, int end)
    {
        tokens.Add(new Token(kind, text, start));
        return end;
    }
}
