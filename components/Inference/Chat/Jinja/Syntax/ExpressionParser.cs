using System.Globalization;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Jinja's grammar of expressions, one method a level of precedence, weakest first.</summary>
internal sealed class ExpressionParser(TokenStream tokens, int maxDepth)
{
    /// <summary>The names of the template, and those that the runtime sets itself.</summary>
    private readonly Dictionary<string, string> _names = RuntimeNames.All.ToDictionary(name => name);
    private int _depth;

    /// <summary>Names that were read since the last <see cref="WatchNames"/>, for macros to know whether they use <c>caller</c>.</summary>
    public HashSet<string> ReadNames { get; private set; } = [];

    /// <summary>Unknown filters and tests. Those in a branch are forgiven until the branch is taken, as in Jinja.</summary>
    public List<JinjaException> Unknown { get; } = [];

    /// <summary>Forgives what was unknown since there were so many.</summary>
    public void Forgive(int since) => Unknown.RemoveRange(since, Unknown.Count - since);

    public HashSet<string> WatchNames()
    {
        var outer = ReadNames;
        ReadNames = [];
        return outer;
    }

    public HashSet<string> StopWatching(HashSet<string> outer)
    {
        var inner = ReadNames;
        outer.UnionWith(inner);
        ReadNames = outer;
        return inner;
    }

    public Expression Parse(bool conditional = true)
    {
        if (++_depth > maxDepth)
            throw tokens.Error($"brackets are nested deeper than {maxDepth}; the limit is MaxDepth");
        var expression = conditional ? ParseConditional() : ParseOr();
        _depth--;
        return expression;
    }

    /// <summary>One expression, or several with commas between: a tuple.</summary>
    public Expression ParseTuple(bool conditional = true, string? end = null, bool inBrackets = false)
    {
        var start = tokens.Current.Position;
        var items = new List<Expression>();
        while (!IsTupleEnd(end))
        {
            items.Add(Parse(conditional));
            if (!tokens.SkipIf(","))
                return items.Count == 1 ? items[0] : new TupleLiteral(start, [.. items]);
        }

        return items.Count > 0 || inBrackets
            ? new TupleLiteral(start, [.. items])
            : throw tokens.Error($"Expected an expression, got '{tokens.Current.Describe()}'");
    }

    /// <summary>What can stand left of <c>=</c> or <c>in</c>.</summary>
    public Expression ParseTarget(bool withTuple = true, bool withNamespace = false, string? end = null)
    {
        var start = tokens.Current.Position;
        var items = new List<Expression>();
        do
        {
            if (items.Count > 0 && IsTupleEnd(end))
                return Checked(new TupleLiteral(start, [.. items]));
            items.Add(ParseSingleTarget(withNamespace));
            if (!withTuple || !tokens.Current.Is(","))
                return Checked(items.Count == 1 ? items[0] : new TupleLiteral(start, [.. items]));
        }
        while (tokens.SkipIf(","));
        throw tokens.Error("a target was expected");

        Expression Checked(Expression target) => target.CanAssign ? target : throw tokens.Error("can't assign to this; a name was expected", start);
    }

    public List<FilterStep> ParseFilters(bool startsInline)
    {
        var filters = new List<FilterStep>();
        while (startsInline || tokens.SkipIf("|"))
        {
            startsInline = false;
            filters.Add(ParseFilter());
        }

        return filters;
    }

    public string NameText(string what = "name") => Canonical(tokens.Expect(TokenKind.Name, what).Text);

    public CallArguments ParseArguments()
    {
        tokens.Expect("(");
        var positional = new List<Expression>();
        var named = new List<KeyValuePair<string, Expression>>();
        Expression? list = null;
        Expression? dict = null;
        for (var first = true; !tokens.Current.Is(")"); first = false)
        {
            if (!first)
            {
                tokens.Expect(",");
                if (tokens.Current.Is(")"))
                    break;
            }

            if (tokens.SkipIf("*"))
                list = list is null && dict is null ? Parse() : throw Invalid();
            else if (tokens.SkipIf("**"))
                dict = dict is null ? Parse() : throw Invalid();
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Ahead().Is("="))
                named.Add(dict is null ? new(NamedArgument(), Parse()) : throw Invalid());
            else
                positional.Add(list is null && dict is null && named.Count == 0 ? Parse() : throw Invalid());
        }

        tokens.Expect(")");
        return positional.Count + named.Count == 0 && list is null && dict is null
            ? CallArguments.None
            : new CallArguments([.. positional], [.. named], list, dict);

        JinjaException Invalid() => tokens.Error("invalid syntax for function call expression");
    }

    private string NamedArgument()
    {
        var name = tokens.Next().Text;
        tokens.Next();
        return Canonical(name);
    }

    /// <summary>One object for equal names, which is what scopes compare.</summary>
    private string Canonical(string name) => _names.TryGetValue(name, out var known) ? known : _names[name] = name;

    private Expression ParseSingleTarget(bool withNamespace)
    {
        var token = tokens.Current;
        if (withNamespace && token.Kind == TokenKind.Name && tokens.Ahead().Is("."))
        {
            tokens.Next();
            tokens.Next();
            ReadNames.Add(token.Text);
            return new NamespaceTarget(token.Position, new Name(token.Position, Canonical(token.Text)), NameText());
        }

        if (++_depth > maxDepth)
            throw tokens.Error($"brackets are nested deeper than {maxDepth}; the limit is MaxDepth");
        if (!tokens.SkipIf("("))
        {
            _depth--;
            return token.Kind == TokenKind.Name ? ParsePrimary() : throw tokens.Error($"can't assign to '{token.Describe()}'; a name was expected");
        }

        var target = ParseTarget(withNamespace: withNamespace, end: ")");
        tokens.Expect(")");
        _depth--;
        return target;
    }

    private bool IsTupleEnd(string? end) =>
        tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || tokens.Current.Is(")") || (end is not null && tokens.Current.Is(end));

    private Expression ParseConditional()
    {
        var unknown = Unknown.Count;
        var start = tokens.Current.Position;
        var then = ParseOr();
        while (tokens.SkipIf("if"))
        {
            var test = ParseOr();
            var otherwise = tokens.SkipIf("else") ? Parse() : null;
            then = new Conditional(start, test, then, otherwise, tokens.LineOf(start));
            Forgive(unknown);
        }

        return then;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.Current.Is("or"))
            left = new Logic(tokens.Next().Position, isAnd: false, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.Current.Is("and"))
            left = new Logic(tokens.Next().Position, isAnd: true, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        var position = tokens.Current.Position;
        var count = 0;
        while (tokens.SkipIf("not"))
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
        var position = tokens.Current.Position;
        while (TryComparisonOperator() is { } op)
            rest.Add(new(op, ParseSum()));
        return rest.Count == 0 ? first : new Comparison(position, first, [.. rest]);
    }

    private string? TryComparisonOperator()
    {
        var token = tokens.Current;
        if (token.Is("not") && tokens.Ahead().Is("in"))
        {
            tokens.Next();
            tokens.Next();
            return "not in";
        }

        return token.Is("in") || (token.Kind == TokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            ? tokens.Next().Text
            : null;
    }

    private Expression ParseSum()
    {
        var left = ParseConcat();
        while (tokens.Current.Is("+") || tokens.Current.Is("-"))
            left = BinaryWith(left, ParseConcat);
        return left;
    }

    private Expression ParseConcat()
    {
        var position = tokens.Current.Position;
        var parts = new List<Expression> { ParseProduct() };
        while (tokens.SkipIf("~"))
            parts.Add(ParseProduct());
        return parts.Count == 1 ? parts[0] : new Concat(position, [.. parts]);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (tokens.Current.Is("*") || tokens.Current.Is("/") || tokens.Current.Is("//") || tokens.Current.Is("%"))
            left = BinaryWith(left, ParsePower);
        return left;
    }

    /// <summary>Unlike Python, <c>**</c> groups from the left.</summary>
    private Expression ParsePower()
    {
        var left = ParseUnary();
        while (tokens.Current.Is("**"))
            left = BinaryWith(left, () => ParseUnary());
        return left;
    }

    private Binary BinaryWith(Expression left, Func<Expression> right)
    {
        var op = tokens.Next();
        return new Binary(op.Position, op.Text, left, right());
    }

    private Expression ParseUnary(bool withFilters = true)
    {
        if (++_depth > maxDepth * 2)
            throw tokens.Error($"the expression is nested too deep; the limit is MaxDepth");
        var token = tokens.Current;
        var operand = tokens.SkipIf("-") || tokens.SkipIf("+")
            ? new Unary(token.Position, token.Text, ParseUnary(withFilters: false))
            : ParsePrimary();
        operand = ParsePostfix(operand);
        _depth--;
        return withFilters ? ParseFiltersAndTests(operand) : operand;
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Constant(token.Position, true),
                    "false" or "False" => new Constant(token.Position, false),
                    "none" or "None" => new Constant(token.Position, null),
                    _ => ReadName(token),
                };
            case TokenKind.Text:
                var text = token.Text;
                while (tokens.Current.Kind == TokenKind.Text)
                    text += tokens.Next().Text;
                return new Constant(token.Position, text);
            case TokenKind.Integer:
                return new Constant(token.Position, Number.TryParseInteger(token.Text, 0, out var integer)
                    ? integer
                    : throw tokens.Error($"the int {token.Text} does not fit 64 bits", token.Position));
            case TokenKind.Float:
                return new Constant(token.Position, double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TokenKind.Operator when token.Text == "(":
                var inner = ParseTuple(inBrackets: true);
                tokens.Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListLiteral(token.Position, [.. ParseItems("]", () => Parse())]);
            case TokenKind.Operator when token.Text == "{":
                return new DictLiteral(token.Position, [.. ParseItems("}", ParsePair)]);
            default:
                throw tokens.Error(token.Kind == TokenKind.End ? "unexpected end of template" : $"unexpected '{token.Describe()}'", token.Position);
        }
    }

    private Name ReadName(Token token)
    {
        ReadNames.Add(token.Text);
        return new Name(token.Position, Canonical(token.Text));
    }

    private List<T> ParseItems<T>(string end, Func<T> parse)
    {
        var items = new List<T>();
        while (!tokens.Current.Is(end))
        {
            if (items.Count > 0)
            {
                tokens.Expect(",");
                if (tokens.Current.Is(end))
                    break;
            }

            items.Add(parse());
        }

        tokens.Expect(end);
        return items;
    }

    private KeyValuePair<Expression, Expression> ParsePair()
    {
        var key = Parse();
        tokens.Expect(":");
        return new(key, Parse());
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            var token = tokens.Current;
            if (tokens.SkipIf("."))
                value = ParseMember(value, token.Position);
            else if (tokens.SkipIf("["))
                value = ParseSubscript(value, token.Position);
            else if (token.Is("("))
                value = new Call(token.Position, value, ParseArguments());
            else
                return value;
        }
    }

    private Expression ParseMember(Expression owner, int position)
    {
        var token = tokens.Next();
        return token.Kind switch
        {
            TokenKind.Name => new GetAttribute(token.Position, owner, Canonical(token.Text)),
            TokenKind.Integer when Number.TryParseInteger(token.Text, 0, out var index) => new GetItem(position, owner, new Constant(token.Position, index)),
            _ => throw tokens.Error("expected name or number", token.Position),
        };
    }

    private Expression ParseSubscript(Expression owner, int position)
    {
        var keys = new List<Expression>();
        while (!tokens.Current.Is("]"))
        {
            if (keys.Count > 0)
                tokens.Expect(",");
            Expression? first = null;
            if (!tokens.Current.Is(":"))
            {
                first = Parse();
                if (!tokens.Current.Is(":"))
                {
                    keys.Add(first);
                    continue;
                }
            }

            var (stop, step) = ParseSliceRest();
            if (keys.Count > 0 || !tokens.Current.Is("]"))
                throw tokens.Error("a slice stands alone in its brackets");
            tokens.Expect("]");
            return new GetSlice(position, owner, first, stop, step);
        }

        tokens.Expect("]");
        return new GetItem(position, owner, keys.Count == 1 ? keys[0] : new TupleLiteral(position, [.. keys]));
    }

    private (Expression? Stop, Expression? Step) ParseSliceRest()
    {
        tokens.Expect(":");
        var stop = IsSliceEnd() ? null : Parse();
        var step = tokens.SkipIf(":") && !IsSliceEnd() ? Parse() : null;
        return (stop, step);
    }

    private bool IsSliceEnd() => tokens.Current.Is("]") || tokens.Current.Is(",") || tokens.Current.Is(":");

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            var token = tokens.Current;
            if (tokens.SkipIf("|"))
                value = new Filtered(token.Position, value, ParseFilter());
            else if (tokens.SkipIf("is"))
                value = ParseTest(value, token.Position);
            else if (token.Is("("))
                value = new Call(token.Position, value, ParseArguments());
            else
                return value;
        }
    }

    private FilterStep ParseFilter()
    {
        var (name, position) = DottedName();
        var arguments = tokens.Current.Is("(") ? ParseArguments() : CallArguments.None;
        if (!Filters.All.TryGetValue(name, out var filter))
            Unknown.Add(tokens.Error(Filters.Unknown(name), position));
        return new FilterStep(position, name, filter, arguments);
    }

    private (string Name, int Position) DottedName()
    {
        var token = tokens.Expect(TokenKind.Name, "name");
        var name = token.Text;
        while (tokens.SkipIf("."))
            name += "." + tokens.Expect(TokenKind.Name, "name").Text;
        return (name, token.Position);
    }

    private Expression ParseTest(Expression value, int position)
    {
        var negated = tokens.SkipIf("not");
        var (name, at) = DottedName();
        var arguments = CallArguments.None;
        if (tokens.Current.Is("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsOperand(tokens.Current))
        {
            if (tokens.Current.Is("is"))
                throw tokens.Error("You cannot chain multiple tests with is");
            arguments = new CallArguments([ParsePostfix(ParsePrimary())], [], null, null);
        }

        if (!Tests.All.TryGetValue(name, out var test))
            Unknown.Add(tokens.Error(Tests.Unknown(name), at));
        Expression node = new Test(position, name, value, test, arguments);
        return negated ? new Unary(position, "not", node) : node;
    }

    private static bool StartsOperand(Token token) => token.Kind switch
    {
        TokenKind.Name => token.Text is not ("else" or "or" or "and"),
        TokenKind.Text or TokenKind.Integer or TokenKind.Float => true,
        _ => token.Is("(") || token.Is("[") || token.Is("{"),
    };
}
