using System.Globalization;

namespace Dapr.Sidecar.Expressions;

/// <summary>Reads an expression by recursive descent into functions of its variables.</summary>
internal sealed class Parser(string text, IReadOnlyList<string> variables)
{
    private readonly List<Token> _tokens = Tokenizer.Read(text);
    private int _at;

    private Token Next => _tokens[_at];

    public Func<Scope, object?> Parse()
    {
        var root = Or();
        return Next.Kind == TokenKind.End ? root : throw Unexpected();
    }

    private Func<Scope, object?> Or()
    {
        var left = And();
        while (Take("||"))
        {
            var (first, second) = (left, And());
            left = scope => Operations.Either(() => first(scope), () => second(scope), decisive: true);
        }

        return left;
    }

    private Func<Scope, object?> And()
    {
        var left = Comparison();
        while (Take("&&"))
        {
            var (first, second) = (left, Comparison());
            left = scope => Operations.Either(() => first(scope), () => second(scope), decisive: false);
        }

        return left;
    }

    private Func<Scope, object?> Comparison()
    {
        var left = Sum();
        foreach (var symbol in new[] { "==", "!=", "<=", ">=", "<", ">" })
        {
            if (Take(symbol))
            {
                var right = Sum();
                return scope => Operations.Compare(symbol, left(scope), right(scope));
            }
        }

        if (Next is { Kind: TokenKind.Name, Text: "in" })
        {
            _at++;
            var list = Sum();
            return scope => Operations.IsIn(left(scope), list(scope));
        }

        return left;
    }

    private Func<Scope, object?> Sum()
    {
        var left = Unary();
        while (Next.Kind == TokenKind.Symbol && Next.Text is "+" or "-")
        {
            var (symbol, first) = (_tokens[_at++].Text, left);
            var second = Unary();
            left = scope => Operations.Add(symbol, first(scope), second(scope));
        }

        return left;
    }

    private Func<Scope, object?> Unary()
    {
        if (Take("!"))
        {
            var operand = Unary();
            return scope => operand(scope) is bool flag ? !flag : throw new EvaluationException("! needs a flag");
        }

        if (Take("-"))
        {
            var operand = Unary();
            return scope => Operations.Plain(operand(scope)) is double number ? -number : throw new EvaluationException("- needs a number");
        }

        return Postfix(Primary());
    }

    private Func<Scope, object?> Postfix(Func<Scope, object?> value)
    {
        while (true)
        {
            var target = value;
            if (Take("."))
            {
                var name = Name();
                if (Take("("))
                {
                    var argument = Or();
                    Expect(")");
                    var function = Operations.Method(name) ?? throw new FormatException($"there is no function \"{name}\" of a text; there are startsWith, endsWith, contains, matches");
                    value = scope => function(target(scope), argument(scope));
                }
                else
                {
                    value = scope => Operations.Field(target(scope), name);
                }
            }
            else if (Take("["))
            {
                var index = Or();
                Expect("]");
                value = scope => Operations.Index(target(scope), index(scope));
            }
            else
            {
                return value;
            }
        }
    }

    private Func<Scope, object?> Primary()
    {
        var token = _tokens[_at];
        switch (token.Kind)
        {
            case TokenKind.Text:
                _at++;
                return _ => token.Text;
            case TokenKind.Number when double.TryParse(token.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number):
                _at++;
                return _ => number;
            case TokenKind.Name:
                _at++;
                return Named(token);
            case TokenKind.Symbol when Take("("):
                var inner = Or();
                Expect(")");
                return inner;
            case TokenKind.Symbol when Take("["):
                return List();
            default:
                throw Unexpected();
        }
    }

    private Func<Scope, object?> Named(Token token)
    {
        switch (token.Text)
        {
            case "true" or "false":
                var flag = token.Text == "true";
                return _ => flag;
            case "null":
                return _ => null;
            case "has" or "size":
                Expect("(");
                var argument = Or();
                Expect(")");
                return token.Text == "has" ? scope => Operations.Has(() => argument(scope)) : scope => Operations.Size(argument(scope));
            case var name when variables.Contains(name):
                return scope => scope.Variables[name];
            default:
                throw new FormatException($"\"{token.Text}\" at {token.Position + 1} is no variable; there are {string.Join(", ", variables)}");
        }
    }

    private Func<Scope, object?> List()
    {
        var items = new List<Func<Scope, object?>>();
        while (!Take("]"))
        {
            items.Add(Or());
            if (!Take(","))
            {
                Expect("]");
                break;
            }
        }

        return scope => items.ConvertAll(item => Operations.Plain(item(scope)));
    }

    private bool Take(string symbol)
    {
        if (Next.Kind != TokenKind.Symbol || Next.Text != symbol)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
        {
            throw new FormatException($"\"{symbol}\" is missing at {Next.Position + 1}");
        }
    }

    private string Name() => Next.Kind == TokenKind.Name ? _tokens[_at++].Text : throw Unexpected();

    private FormatException Unexpected() => new(Next.Kind == TokenKind.End ? "the expression ends too soon" : $"\"{Next.Text}\" at {Next.Position + 1} does not belong there");
}
