namespace Serverless.Inference.Chat.Jinja;

/// <summary>
/// Cuts a template into text and tags, with Jinja's whitespace control: <c>-</c> strips, <c>+</c> keeps, and the two options
/// trim around block and comment tags.
/// </summary>
internal sealed class Lexer
{
    private readonly JinjaOptions _options;
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;

    private Lexer(string source, JinjaOptions options)
    {
        _source = source;
        _options = options;
    }

    /// <summary>The source as positions count in it: line breaks are <c>\n</c>, the last one dropped unless it is to be kept.</summary>
    public static string Normalize(string source, JinjaOptions options)
    {
        if (source.Contains('\r', StringComparison.Ordinal))
            source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return !options.KeepTrailingNewline && source.EndsWith('\n') ? source[..^1] : source;
    }

    public static List<Token> Tokenize(string normalized, JinjaOptions options)
    {
        var lexer = new Lexer(normalized, options);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_position < _source.Length)
        {
            var tag = NextTag(_position);
            if (tag < 0)
            {
                AddData(_position, _source.Length);
                _position = _source.Length;
                break;
            }

            var kind = _source[tag + 1];
            var (inner, sign) = Sign(tag + 2);
            AddData(_position, EndOfText(_position, tag, sign, lstrip: kind != '{'));
            _position = inner;
            if (kind == '#')
                SkipComment(tag);
            else if (kind == '%' && TryRawBegin(inner))
                ReadRaw(tag);
            else
                ReadTag(tag, variable: kind == '{');
        }

        _tokens.Add(new Token(TokenKind.End, "", _source.Length));
    }

    private int NextTag(int from)
    {
        for (var at = _source.IndexOf('{', from); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
        {
            if (_source[at + 1] is '{' or '%' or '#')
                return at;
        }

        return -1;
    }

    private (int After, char Sign) Sign(int at) =>
        at < _source.Length && _source[at] is '-' or '+' ? (at + 1, _source[at]) : (at, ' ');

    /// <summary>Where the text before a tag ends, after the tag's sign and <see cref="JinjaOptions.LstripBlocks"/> had their say.</summary>
    private int EndOfText(int start, int end, char sign, bool lstrip)
    {
        var text = _source.AsSpan(start, end - start);
        if (sign == '-')
            return start + Whitespace.TrimEnd(text).Length;
        if (sign == '+' || !lstrip || !_options.LstripBlocks)
            return end;
        var line = text.LastIndexOf('\n') + 1;
        var startsLine = line > 0 || start == 0 || _source[start - 1] == '\n';
        return startsLine && Whitespace.TrimEnd(text[line..]).IsEmpty ? start + line : end;
    }

    private void AddData(int start, int end)
    {
        if (end > start)
            _tokens.Add(new Token(TokenKind.Data, _source[start..end], start));
    }

    /// <summary>The offset after the end of a block or comment tag that stands at <paramref name="at"/>, or -1.</summary>
    private int AfterEnd(int at, string end, bool trimsLine, bool plusAllowed)
    {
        if (at >= _source.Length)
            return -1;
        var sign = _source[at];
        var bare = sign == '-' || (sign == '+' && plusAllowed) ? at + 1 : at;
        if (string.CompareOrdinal(_source, bare, end, 0, 2) != 0)
            return -1;
        var after = bare + 2;
        if (bare > at)
            return sign == '-' ? Whitespace.Skip(_source, after) : after;
        return trimsLine && _options.TrimBlocks && after < _source.Length && _source[after] == '\n' ? after + 1 : after;
    }

    private void SkipComment(int tag)
    {
        for (var at = _position; at < _source.Length; at++)
        {
            var after = AfterEnd(at, "#}", trimsLine: true, plusAllowed: true);
            if (after >= 0)
            {
                _position = after;
                return;
            }
        }

        throw JinjaException.At(_source, tag, "Missing end of comment tag");
    }

    private bool TryRawBegin(int inner)
    {
        var at = AfterWord(inner, "raw");
        var after = at < 0 ? -1 : AfterEnd(at, "%}", trimsLine: false, plusAllowed: false);
        if (after < 0)
            return false;
        _position = after;
        return true;
    }

    /// <summary>The offset after blanks, a word and blanks, or -1.</summary>
    private int AfterWord(int at, string word)
    {
        at = Whitespace.Skip(_source, at);
        return string.CompareOrdinal(_source, at, word, 0, word.Length) == 0 ? Whitespace.Skip(_source, at + word.Length) : -1;
    }

    private void ReadRaw(int tag)
    {
        for (var at = _source.IndexOf("{%", _position, StringComparison.Ordinal); at >= 0; at = _source.IndexOf("{%", at + 1, StringComparison.Ordinal))
        {
            var (inner, sign) = Sign(at + 2);
            var end = AfterWord(inner, "endraw");
            var after = end < 0 ? -1 : AfterEnd(end, "%}", trimsLine: true, plusAllowed: true);
            if (after < 0)
                continue;
            AddData(_position, EndOfText(_position, at, sign, lstrip: true));
            _position = after;
            return;
        }

        throw JinjaException.At(_source, tag, "Missing end of raw directive");
    }

    private void ReadTag(int tag, bool variable)
    {
        _tokens.Add(new Token(variable ? TokenKind.VariableBegin : TokenKind.BlockBegin, "", tag));
        var scanner = new ExpressionScanner(_source, _tokens);
        while (true)
        {
            _position = Whitespace.Skip(_source, _position);
            if (_position >= _source.Length)
                return; // the parser says what it still expected
            var after = scanner.Balanced ? AfterEnd(_position, variable ? "}}" : "%}", trimsLine: !variable, plusAllowed: !variable) : -1;
            if (after >= 0)
            {
                _tokens.Add(new Token(variable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "", _position));
                _position = after;
                return;
            }

            _position = scanner.Read(_position);
        }
    }
}
