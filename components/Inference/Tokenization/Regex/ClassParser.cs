using System.Globalization;
using System.Text;

namespace Serverless.Inference.Tokenization.Regex;

/// <summary>Reads what matches a single code point: characters, escapes and bracketed classes.</summary>
internal sealed class ClassParser(string pattern)
{
    /// <summary>Reads a character or an escape outside of brackets.</summary>
    public CodeSet ReadOne(ref int at, bool ignoreCase) =>
        ReadEscapedSet(ref at) is CodeSet set ? set : Single(ReadCodePoint(ref at), ignoreCase);

    /// <summary>Reads a class in brackets, with <c>&amp;&amp;</c> for what both sides hold.</summary>
    public CodeSet ReadClass(ref int at, bool ignoreCase)
    {
        at++;
        bool negative = Take(ref at, "^");
        List<CodeSet> union = [];
        CodeSet? both = null;
        for (bool first = true; ; first = false)
        {
            if (at >= pattern.Length)
                throw new NotSupportedException("a class is not closed");
            if (pattern[at] == ']' && !first)
                break;
            if (Take(ref at, "&&"))
            {
                both = Join(both, union);
                union = [];
            }
            else
            {
                union.Add(ReadMember(ref at, ignoreCase));
            }
        }

        at++;
        CodeSet set = Join(both, union);
        return negative ? set.Not() : set;
    }

    private static CodeSet Join(CodeSet? both, List<CodeSet> union)
    {
        if (union.Count == 0)
            throw new NotSupportedException("an empty class");
        CodeSet set = CodeSet.Union(union);
        return both is null ? set : both.And(set);
    }

    private CodeSet ReadMember(ref int at, bool ignoreCase)
    {
        if (string.CompareOrdinal(pattern, at, "[:", 0, 2) == 0)
            throw new NotSupportedException("classes such as [:alpha:]");
        if (pattern[at] == '[')
            return ReadClass(ref at, ignoreCase);
        if (ReadEscapedSet(ref at) is CodeSet set)
            return set;

        int first = ReadCodePoint(ref at);
        bool range = at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] is not (']' or '[');
        if (!range)
            return Single(first, ignoreCase);

        int dash = at++;
        if (ReadEscapedSet(ref at) is not null)
            throw new NotSupportedException($"the range at {dash} ends with a class");
        int last = ReadCodePoint(ref at);
        if (last < first)
            throw new NotSupportedException($"the range at {dash} is the wrong way round");
        return ignoreCase ? FoldedRange(first, last) : CodeSet.Range(first, last);
    }

    private static CodeSet Single(int codePoint, bool ignoreCase) =>
        ignoreCase ? FoldedRange(codePoint, codePoint) : CodeSet.Range(codePoint, codePoint);

    private static CodeSet FoldedRange(int first, int last)
    {
        if (last >= 128)
            throw new NotSupportedException("characters other than ASCII without regard to case");
        return CodeSet.Union([.. Enumerable.Range(first, last - first + 1).Select(value => CodeSets.IgnoringCase((char)value))]);
    }

    private CodeSet? ReadEscapedSet(ref int at)
    {
        if (pattern[at] != '\\' || at + 1 >= pattern.Length)
            return null;
        char escape = pattern[at + 1];
        if (escape is 'p' or 'P')
            return ReadCategory(ref at);
        CodeSet? set = char.ToLowerInvariant(escape) switch
        {
            's' => CodeSets.Space,
            'd' => CodeSets.Digit,
            'w' => CodeSets.Word,
            'h' => CodeSets.Hex,
            _ => null,
        };
        if (set is null)
            return null;
        at += 2;
        return char.IsAsciiLetterUpper(escape) ? set.Not() : set;
    }

    private CodeSet ReadCategory(ref int at)
    {
        bool negative = pattern[at + 1] == 'P';
        int end = at + 2 < pattern.Length && pattern[at + 2] == '{' ? pattern.IndexOf('}', at) : -1;
        if (end < 0)
            throw new NotSupportedException($"'\\{pattern[at + 1]}' at {at} without a name in braces");
        string name = pattern[(at + 3)..end];
        at = end + 1;
        if (name.StartsWith('^'))
            (negative, name) = (!negative, name[1..]);
        CodeSet set = CodeSets.Category(name) ?? throw new NotSupportedException($"the property {name}, which is no general category");
        return negative ? set.Not() : set;
    }

    private int ReadCodePoint(ref int at)
    {
        if (pattern[at] != '\\')
        {
            if (Rune.DecodeFromUtf16(pattern.AsSpan(at), out Rune rune, out int length) != System.Buffers.OperationStatus.Done)
                throw new NotSupportedException($"a surrogate without its partner at {at}");
            at += length;
            return rune.Value;
        }

        if (at + 1 >= pattern.Length)
            throw new NotSupportedException("a backslash at the end");
        char escape = pattern[at + 1];
        at += 2;
        return escape switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => '\e',
            'x' when Take(ref at, "{") => Hex(ref at, pattern.IndexOf('}', at) - at, closing: 1),
            'x' => Hex(ref at, 2, closing: 0),
            'u' => Hex(ref at, 4, closing: 0),
            _ when char.IsAsciiLetterOrDigit(escape) => throw new NotSupportedException($"the escape '\\{escape}' at {at - 2}"),
            _ => escape,
        };
    }

    private int Hex(ref int at, int digits, int closing)
    {
        if (digits is < 1 or > 6 || at + digits > pattern.Length
            || !int.TryParse(pattern.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, null, out int value)
            || !Rune.IsValid(value) || (closing == 0 && digits == 2 && value > 0x7F))
            throw new NotSupportedException($"the character number at {at}");
        at += digits + closing;
        return value;
    }

    private bool Take(ref int at, string expected)
    {
        if (string.CompareOrdinal(pattern, at, expected, 0, expected.Length) != 0)
            return false;
        at += expected.Length;
        return true;
    }
}
