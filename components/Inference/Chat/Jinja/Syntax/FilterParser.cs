namespace Serverless.Inference.Chat.Jinja;

/// <summary>Filters and tests.</summary>
internal sealed class FilterParser(TokenStream tokens, OperandParser operands)
{
    /// <summary>Unknown filters and tests. Those in a branch are forgiven until the branch is taken, as in Jinja.</summary>
    public List<JinjaException> Unknown { get; } = [];

    /// <summary>Forgives what was unknown since there were so many.</summary>
    public void Forgive(int since) => Unknown.RemoveRange(since, Unknown.Count - since);

    /// <summary>Filters one after the other; the first with or without a bar.</summary>
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

    private FilterStep ParseFilter()
    {
        var (name, position) = DottedName();
        var arguments = tokens.Current.Is("(") ? operands.ParseArguments() : CallArguments.None;
        if (!Filters.All.TryGetValue(name, out var filter))
            Unknown.Add(tokens.Error(Filters.Unknown(name), position));
        return new FilterStep(position, name, filter, arguments);
    }

    /// <summary>What follows an operand: filters, tests, and calls of what they give.</summary>
    public Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            var token = tokens.Current;
            if (tokens.SkipIf("|"))
                value = new Filtered(token.Position, value, ParseFilter());
            else if (tokens.SkipIf("is"))
                value = ParseTest(value, token.Position);
            else if (token.Is("("))
                value = new Call(token.Position, value, operands.ParseArguments());
            else
                return value;
        }
    }

    private Expression ParseTest(Expression value, int position)
    {
        var negated = tokens.SkipIf("not");
        var (name, at) = DottedName();
        var arguments = CallArguments.None;
        if (tokens.Current.Is("("))
        {
            arguments = operands.ParseArguments();
        }
        else if (StartsOperand(tokens.Current))
        {
            if (tokens.Current.Is("is"))
                throw tokens.Error("You cannot chain multiple tests with is");
            arguments = new CallArguments([operands.ParsePostfix(operands.ParsePrimary())], [], null, null);
        }

        if (!Tests.All.TryGetValue(name, out var test))
            Unknown.Add(tokens.Error(Tests.Unknown(name), at));
        Expression node = new Test(position, name, value, test, arguments);
        return negated ? new Unary(position, "not", node) : node;
    }

    private (string Name, int Position) DottedName()
    {
        var token = tokens.Expect(TokenKind.Name, "name");
        var name = token.Text;
        while (tokens.SkipIf("."))
            name += "." + tokens.Expect(TokenKind.Name, "name").Text;
        return (name, token.Position);
    }

    private static bool StartsOperand(Token token) => token.Kind switch
    {
        TokenKind.Name => token.Text is not ("else" or "or" or "and"),
        TokenKind.Text or TokenKind.Integer or TokenKind.Float => true,
        _ => token.Is("(") || token.Is("[") || token.Is("{"),
    };
}
