namespace Serverless.Inference.Chat.Jinja;

/// <summary>Arithmetic.</summary>
internal sealed class Binary(int position, string op, Expression left, Expression right) : Expression(position)
{
    public override object? Evaluate(Run run)
    {
        var a = Inner(run, left);
        var b = Inner(run, right);
        run.Position = Position;
        return Arithmetic.Apply(run, op, a, b);
    }
}

/// <summary><c>-a</c>, <c>+a</c>, <c>not a</c>.</summary>
internal sealed class Unary(int position, string op, Expression operand) : Expression(position)
{
    public override object Evaluate(Run run)
    {
        var value = Inner(run, operand);
        run.Position = Position;
        return op switch { "-" => Arithmetic.Negate(value), "+" => Arithmetic.Plus(value), _ => !Truth.Of(value) };
    }
}

/// <summary><c>a and b</c>, <c>a or b</c>: the value that decided.</summary>
internal sealed class Logic(int position, bool isAnd, Expression left, Expression right) : Expression(position)
{
    public override object? Evaluate(Run run)
    {
        var value = Inner(run, left);
        run.Position = Position;
        return Truth.Of(value) == isAnd ? Inner(run, right) : value;
    }
}

/// <summary><c>a ~ b</c>: the values as text, one after the other.</summary>
internal sealed class Concat(int position, Expression[] parts) : Expression(position)
{
    public override object Evaluate(Run run)
    {
        var texts = new string[parts.Length];
        long length = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            var value = Inner(run, parts[i]);
            run.Position = Position;
            texts[i] = Display.Text(run, value);
            length += texts[i].Length;
        }

        run.ChargeText(length);
        return string.Concat(texts);
    }
}

/// <summary><c>a if b else c</c>.</summary>
internal sealed class Conditional(int position, Expression test, Expression then, Expression? otherwise, int line) : Expression(position)
{
    public override object? Evaluate(Run run)
    {
        var decided = Inner(run, test);
        run.Position = Position;
        if (Truth.Of(decided))
            return Inner(run, then);
        return otherwise is not null
            ? Inner(run, otherwise)
            : Undefined.Because(run, $"the inline if-expression on line {line} evaluated to false and no else section was defined.");
    }
}

/// <summary><c>a &lt; b == c</c>: true if every neighbour pair is.</summary>
internal sealed class Comparison(int position, Expression first, KeyValuePair<string, Expression>[] rest) : Expression(position)
{
    public override object Evaluate(Run run)
    {
        var left = Inner(run, first);
        foreach (var (op, expression) in rest)
        {
            var right = Inner(run, expression);
            run.Position = Position;
            if (!Holds(run, op, left, right))
                return false;
            left = right;
        }

        return true;
    }

    private static bool Holds(Run run, string op, object? left, object? right) => op switch
    {
        "==" => Equality.Equal(run, left, right),
        "!=" => !Equality.Equal(run, left, right),
        "in" => Membership.Contains(run, right, left),
        "not in" => !Membership.Contains(run, right, left),
        _ => Ordering.Holds(run, op, left, right),
    };
}
