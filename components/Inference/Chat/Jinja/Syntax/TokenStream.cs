namespace Serverless.Inference.Chat.Jinja;

/// <summary>The tokens of a template and where the parser is in them.</summary>
internal sealed class TokenStream(string source, List<Token> tokens)
{
    private int _index;

    public Token Current => tokens[_index];

    public Token Next() => tokens[_index < tokens.Count - 1 ? _index++ : _index];

    public Token Ahead() => tokens[Math.Min(_index + 1, tokens.Count - 1)];

    public bool SkipIf(string text)
    {
        var matches = Current.Is(text);
        if (matches)
            _index++;
        return matches;
    }

    public void Expect(string text)
    {
        if (!SkipIf(text))
            throw Expected(text);
    }

    public Token Expect(TokenKind kind, string what)
    {
        if (Current.Kind != kind)
            throw Expected(what);
        return Next();
    }

    public JinjaException Expected(string what) => Current.Kind == TokenKind.End
        ? Error($"unexpected end of template, expected '{what}'")
        : Error($"expected token '{what}', got '{Current.Describe()}'");

    public JinjaException Error(string reason) => Error(reason, Current.Position);

    public JinjaException Error(string reason, int position) => JinjaException.At(source, position, reason);

    public int LineOf(int position) => source.AsSpan(0, position).Count('\n') + 1;
}
