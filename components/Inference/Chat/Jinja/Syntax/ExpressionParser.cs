namespace Serverless.Inference.Chat.Jinja;

/// <summary>Jinja's grammar of expressions, one method a level of precedence, weakest first.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenStream _tokens;
    private readonly int _maxDepth;
    private readonly OperandParser _operands;
    private int _depth;

    public ExpressionParser(TokenStream tokens, int maxDepth)
    {
        _tokens = tokens;
        _maxDepth = maxDepth;
        _operands = new OperandParser(tokens, Names, this);
        Filters = new FilterParser(tokens, _operands);
    }

    public NameTable Names { get; } = new();

    public FilterParser Filters { get; }

    /// <summary>One expression; without <c>if</c> where a statement has its own.</summary>
    public Expression Parse(bool conditional = true)
    {
        if (++_depth > _maxDepth)
            throw _tokens.Error($"brackets are nested deeper than {_maxDepth}; the limit is MaxDepth");
        var expression = conditional ? ParseConditional() : ParseOr();
        _depth--;
        return expression;
    }

    /// <summary>One expression, or several with commas between: a tuple.</summary>
    public Expression ParseTuple(bool conditional = true, string? end = null, bool inBrackets = false)
    {
        var start = _tokens.Current.Position;
        var items = new List<Expression>();
        while (!IsTupleEnd(end))
        {
            items.Add(Parse(conditional));
            if (!_tokens.SkipIf(","))
                return items.Count == 1 ? items[0] : new TupleLiteral(start, [.. items]);
        }

        return items.Count > 0 || inBrackets
            ? new TupleLiteral(start, [.. items])
            : throw _tokens.Error($"Expected an expression, got '{_tokens.Current.Describe()}'");
    }

    /// <summary>What can stand left of <c>=</c> or <c>in</c>.</summary>
    public Expression ParseTarget(bool withTuple = true, bool withNamespace = false, string? end = null)
    {
        var start = _tokens.Current.Position;
        var items = new List<Expression>();
        do
        {
            if (items.Count > 0 && IsTupleEnd(end))
                return Checked(new TupleLiteral(start, [.. items]));
            items.Add(ParseSingleTarget(withNamespace));
            if (!withTuple || !_tokens.Current.Is(","))
                return Checked(items.Count == 1 ? items[0] : new TupleLiteral(start, [.. items]));
        }
        while (_tokens.SkipIf(","));
        throw _tokens.Error("a target was expected");

        Expression Checked(Expression target) => target.CanAssign ? target : throw _tokens.Error("can't assign to this; a name was expected", start);
    }

    public string NameText(string what = "name") => Names.Canonical(_tokens.Expect(TokenKind.Name, what).Text);

    private Expression ParseSingleTarget(bool withNamespace)
    {
        var token = _tokens.Current;
        if (withNamespace && token.Kind == TokenKind.Name && _tokens.Ahead().Is("."))
        {
            _tokens.Next();
            _tokens.Next();
            return new NamespaceTarget(token.Position, new Name(token.Position, Names.Read(token.Text)), NameText());
        }

        if (++_depth > _maxDepth)
            throw _tokens.Error($"brackets are nested deeper than {_maxDepth}; the limit is MaxDepth");
        if (!_tokens.SkipIf("("))
        {
            _depth--;
            return token.Kind == TokenKind.Name ? _operands.ParsePrimary() : throw _tokens.Error($"can't assign to '{token.Describe()}'; a name was expected");
        }

        var target = ParseTarget(withNamespace: withNamespace, end: ")");
        _tokens.Expect(")");
        _depth--;
        return target;
    }

    private bool IsTupleEnd(string? end) =>
        _tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || _tokens.Current.Is(")") || (end is not null && _tokens.Current.Is(end));

    private Expression ParseConditional()
    {
        var unknown = Filters.Unknown.Count;
        var start = _tokens.Current.Position;
        var then = ParseOr();
        while (_tokens.SkipIf("if"))
        {
            var test = ParseOr();
            var otherwise = _tokens.SkipIf("else") ? Parse() : null;
            then = new Conditional(start, test, then, otherwise, _tokens.LineOf(start));
            Filters.Forgive(unknown);
        }

        return then;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (_tokens.Current.Is("or"))
            left = new Logic(_tokens.Next().Position, isAnd: false, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (_tokens.Current.Is("and"))
            left = new Logic(_tokens.Next().Position, isAnd: true, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        var position = _tokens.Current.Position;
        var count = 0;
        while (_tokens.SkipIf("not"))
            count++;
        var operand = ParseComparison();
        if (count > 0)
            operand = new Unary(position, "not", operand);
        return count > 0 && count % 2 == 0 ? new Unary(position, "not", operand) : operand;
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<KeyValuePair<string, Expression>>();
        var position = _tokens.Current.Position;
        while (TryComparisonOperator() is { } op)
            rest.Add(new(op, ParseSum()));
        return rest.Count == 0 ? first : new Comparison(position, first, [.. rest]);
    }

    private string? TryComparisonOperator()
    {
        var token = _tokens.Current;
        if (token.Is("not") && _tokens.Ahead().Is("in"))
        {
            _tokens.Next();
            _tokens.Next();
            return "not in";
        }

        return token.Is("in") || (token.Kind == TokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            ? _tokens.Next().Text
            : null;
    }

    private Expression ParseSum()
    {
        var left = ParseConcat();
        while (_tokens.Current.Is("+") || _tokens.Current.Is("-"))
            left = BinaryWith(left, ParseConcat);
        return left;
    }

    private Expression ParseConcat()
    {
        var position = _tokens.Current.Position;
        var parts = new List<Expression> { ParseProduct() };
        while (_tokens.SkipIf("~"))
            parts.Add(ParseProduct());
        return parts.Count == 1 ? parts[0] : new Concat(position, [.. parts]);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (_tokens.Current.Is("*") || _tokens.Current.Is("/") || _tokens.Current.Is("//") || _tokens.Current.Is("%"))
            left = BinaryWith(left, ParsePower);
        return left;
    }

    /// <summary>Unlike Python, <c>**</c> groups from the left.</summary>
    private Expression ParsePower()
    {
        var left = ParseUnary();
        while (_tokens.Current.Is("**"))
            left = BinaryWith(left, () => ParseUnary());
        return left;
    }

    private Binary BinaryWith(Expression left, Func<Expression> right)
    {
        var op = _tokens.Next();
        return new Binary(op.Position, op.Text, left, right());
    }

    private Expression ParseUnary(bool withFilters = true)
    {
        if (++_depth > _maxDepth * 2)
            throw _tokens.Error($"the expression is nested too deep; the limit is MaxDepth");
        var token = _tokens.Current;
        var operand = _tokens.SkipIf("-") || _tokens.SkipIf("+")
            ? new Unary(token.Position, token.Text, ParseUnary(withFilters: false))
            : _operands.ParsePrimary();
        operand = _operands.ParsePostfix(operand);
        _depth--;
        return withFilters ? Filters.ParseFiltersAndTests(operand) : operand;
    }
}
