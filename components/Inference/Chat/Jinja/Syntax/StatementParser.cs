namespace Serverless.Inference.Chat.Jinja;

/// <summary>Jinja's statements.</summary>
internal sealed class StatementParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly int _maxDepth;
    private readonly Stack<string> _open = new();
    private int _loops;

    private StatementParser(TokenStream tokens, int maxDepth)
    {
        _tokens = tokens;
        _maxDepth = maxDepth;
        _expressions = new ExpressionParser(tokens, maxDepth);
    }

    public static Statement[] Parse(string normalized, JinjaOptions options)
    {
        var parser = new StatementParser(new TokenStream(normalized, Lexer.Tokenize(normalized, options)), options.MaxDepth);
        var statements = parser.ParseUntil([]);
        return parser._expressions.Filters.Unknown is [var unknown, ..] ? throw unknown : statements;
    }

    /// <summary>Statements up to a tag with one of the names, which is left to be read; none: up to the end.</summary>
    private Statement[] ParseUntil(ReadOnlySpan<string> ends)
    {
        if (_open.Count > _maxDepth)
            throw _tokens.Error($"blocks are nested deeper than {_maxDepth}; the limit is MaxDepth");
        var statements = new List<Statement>();
        while (true)
        {
            var token = _tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.End:
                    return ends.IsEmpty ? [.. statements] : throw Unclosed(ends);
                case TokenKind.Data:
                    statements.Add(new Text(_tokens.Next().Text));
                    break;
                case TokenKind.VariableBegin:
                    _tokens.Next();
                    statements.Add(new Print(_expressions.ParseTuple()));
                    _tokens.Expect(TokenKind.VariableEnd, "end of print statement");
                    break;
                default:
                    _tokens.Next();
                    foreach (var end in ends)
                    {
                        if (_tokens.Current.Is(end))
                            return [.. statements];
                    }

                    statements.AddRange(ParseStatement(ends));
                    _tokens.Expect(TokenKind.BlockEnd, "end of statement block");
                    break;
            }
        }
    }

    private JinjaException Unclosed(ReadOnlySpan<string> ends) =>
        _tokens.Error($"Unexpected end of template. The block '{_open.Peek()}' has to be closed with '{ends[^1]}'");

    private Statement[] ParseStatement(ReadOnlySpan<string> ends)
    {
        var token = _tokens.Current;
        var tag = _tokens.Expect(TokenKind.Name, "tag name").Text;
        _open.Push(tag);
        var inner = _loops;
        Statement[] parsed = tag switch
        {
            "for" => [ParseFor()],
            "if" => [ParseIf()],
            "set" => [ParseSet()],
            "print" => [new Print(_expressions.ParseTuple())],
            "macro" => [ParseMacro()],
            "call" => [ParseCall()],
            "filter" => [ParseFilterBlock()],
            "with" => [ParseWith()],
            "block" => [ParseBlock()],
            "generation" => [new With([], ParseBody("endgeneration"))],
            "break" or "continue" when _loops > 0 => [new Jump(tag == "break" ? Flow.Break : Flow.Continue)],
            "break" or "continue" => throw _tokens.Error($"'{tag}' outside of a loop", token.Position),
            "include" or "import" or "from" or "extends" or "autoescape" => throw _tokens.Error(
                $"'{tag}' is not supported: a template here is one text, and what it prints is not escaped", token.Position),
            _ => throw UnknownTag(token, ends),
        };
        _loops = inner;
        _open.Pop();
        return parsed;
    }

    private JinjaException UnknownTag(Token token, ReadOnlySpan<string> ends)
    {
        _open.Pop();
        var known = new[] { "for", "if", "set", "print", "macro", "call", "filter", "with", "block", "generation", "break", "continue", "raw" };
        var expected = ends.IsEmpty ? "" : $" The innermost block that needs to be closed is '{_open.Peek()}', with '{ends[^1]}'.";
        var nearest = NearestName.Find(token.Text, [.. known, .. ends]) is { } name ? $" Did you mean '{name}'?" : "";
        return _tokens.Error($"Encountered unknown tag '{token.Text}'.{nearest}{expected}", token.Position);
    }

    /// <summary>The end of the opening tag, statements, and the name of the tag that ended them.</summary>
    private Statement[] ParseBody(params ReadOnlySpan<string> ends)
    {
        _tokens.SkipIf(":");
        _tokens.Expect(TokenKind.BlockEnd, "end of statement block");
        var body = ParseUntil(ends);
        if (ends.Length == 1)
            _tokens.Next();
        return body;
    }

    private For ParseFor()
    {
        var target = _expressions.ParseTarget(end: "in");
        _tokens.Expect("in");
        var items = _expressions.ParseTuple(conditional: false, end: "recursive");
        var test = _tokens.SkipIf("if") ? _expressions.Parse() : null;
        var recursive = _tokens.SkipIf("recursive");
        _loops++;
        var body = ParseBody("else", "endfor");
        _loops--;
        Statement[] otherwise = _tokens.Next().Text == "else" ? ParseBody("endfor") : [];
        return new For(target, items, test, recursive, body, otherwise);
    }

    private If ParseIf()
    {
        var unknown = _expressions.Filters.Unknown.Count;
        var branches = new List<KeyValuePair<Expression, Statement[]>>();
        Statement[] otherwise = [];
        string next;
        do
        {
            var test = _expressions.ParseTuple(conditional: false);
            branches.Add(new(test, ParseBody("elif", "else", "endif")));
            next = _tokens.Next().Text;
        }
        while (next == "elif");
        if (next == "else")
            otherwise = ParseBody("endif");
        _expressions.Filters.Forgive(unknown);
        return new If([.. branches], otherwise);
    }

    private Statement ParseSet()
    {
        var target = _expressions.ParseTarget(withNamespace: true);
        if (_tokens.SkipIf("="))
            return new Set(target, _expressions.ParseTuple());
        var filters = _expressions.Filters.ParseFilters(startsInline: false);
        return new SetBlock(target, [.. filters], ParseBody("endset"));
    }

    private MacroStatement ParseMacro()
    {
        var name = _expressions.NameText();
        return new MacroStatement(ParseDefinition(name, ParseParameters(), "endmacro"));
    }

    private CallBlock ParseCall()
    {
        var parameters = _tokens.Current.Is("(") ? ParseParameters() : [];
        var position = _tokens.Current.Position;
        if (_expressions.Parse() is not Call call)
            throw _tokens.Error("expected call", position);
        return new CallBlock(ParseDefinition("caller", parameters, "endcall"), call);
    }

    private KeyValuePair<string, Expression?>[] ParseParameters()
    {
        var parameters = new List<KeyValuePair<string, Expression?>>();
        _tokens.Expect("(");
        while (!_tokens.Current.Is(")"))
        {
            if (parameters.Count > 0)
                _tokens.Expect(",");
            var name = _expressions.NameText();
            if (parameters.Exists(parameter => parameter.Key == name))
                throw _tokens.Error($"duplicate argument '{name}'");
            Expression? fallback = null;
            if (_tokens.SkipIf("="))
                fallback = _expressions.Parse();
            else if (parameters is [.., { Value: not null }])
                throw _tokens.Error("non-default argument follows default argument");
            parameters.Add(new(name, fallback));
        }

        _tokens.Expect(")");
        return [.. parameters];
    }

    private MacroDefinition ParseDefinition(string name, KeyValuePair<string, Expression?>[] parameters, string end)
    {
        var outer = _expressions.Names.Watch();
        var loops = _loops;
        _loops = 0;
        var body = ParseBody(end);
        _loops = loops;
        var uses = _expressions.Names.StopWatching(outer).Where(used => used is "caller" or "varargs" or "kwargs").ToHashSet();
        if (uses.Contains("caller") && Array.Exists(parameters, parameter => parameter is { Key: "caller", Value: null }))
            throw _tokens.Error("the argument 'caller' of a macro must be omitted or be given a default");
        return new MacroDefinition(name, parameters, body, uses);
    }

    private FilterBlock ParseFilterBlock()
    {
        var filters = _expressions.Filters.ParseFilters(startsInline: true);
        return new FilterBlock([.. filters], ParseBody("endfilter"));
    }

    private With ParseWith()
    {
        var names = new List<KeyValuePair<Expression, Expression>>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (names.Count > 0)
                _tokens.Expect(",");
            var target = _expressions.ParseTarget(withTuple: false);
            _tokens.Expect("=");
            names.Add(new(target, _expressions.Parse()));
        }

        return new With([.. names], ParseBody("endwith"));
    }

    /// <summary>Without inheritance a block is its body.</summary>
    private With ParseBlock()
    {
        var name = _expressions.NameText();
        _tokens.SkipIf("scoped");
        _tokens.SkipIf("required");
        var body = ParseBody("endblock");
        _tokens.SkipIf(name);
        return new With([], body);
    }
}
