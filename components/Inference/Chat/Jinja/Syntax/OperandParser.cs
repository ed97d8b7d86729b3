using System.Globalization;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The innermost parts of expressions: literals and names, and the dots, brackets and calls behind them.</summary>
internal sealed class OperandParser(TokenStream tokens, NameTable names, ExpressionParser expressions)
{
    public Expression ParsePostfix(Expression value)
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

    public Expression ParsePrimary()
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
                var inner = expressions.ParseTuple(inBrackets: true);
                tokens.Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListLiteral(token.Position, [.. ParseItems("]", () => expressions.Parse())]);
            case TokenKind.Operator when token.Text == "{":
                return new DictLiteral(token.Position, [.. ParseItems("}", ParsePair)]);
            default:
                throw tokens.Error(token.Kind == TokenKind.End ? "unexpected end of template" : $"unexpected '{token.Describe()}'", token.Position);
        }
    }

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
                list = list is null && dict is null ? expressions.Parse() : throw Invalid();
            else if (tokens.SkipIf("**"))
                dict = dict is null ? expressions.Parse() : throw Invalid();
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Ahead().Is("="))
                named.Add(dict is null ? new(NamedArgument(), expressions.Parse()) : throw Invalid());
            else
                positional.Add(list is null && dict is null && named.Count == 0 ? expressions.Parse() : throw Invalid());
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
        return names.Canonical(name);
    }

    private Name ReadName(Token token)
    {
        return new Name(token.Position, names.Read(token.Text));
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
        var key = expressions.Parse();
        tokens.Expect(":");
        return new(key, expressions.Parse());
    }

    private Expression ParseMember(Expression owner, int position)
    {
        var token = tokens.Next();
        return token.Kind switch
        {
            TokenKind.Name => new GetAttribute(token.Position, owner, names.Canonical(token.Text)),
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
                first = expressions.Parse();
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
        var stop = IsSliceEnd() ? null : expressions.Parse();
        var step = tokens.SkipIf(":") && !IsSliceEnd() ? expressions.Parse() : null;
        return (stop, step);
    }

    private bool IsSliceEnd() => tokens.Current.Is("]") || tokens.Current.Is(",") || tokens.Current.Is(":");
}
