namespace Serverless.Inference.Chat.Jinja;

/// <summary><c>[a, b]</c>.</summary>
internal sealed class ListLiteral(int position, Expression[] items) : Expression(position)
{
    public override object Evaluate(Run run)
    {
        run.Charge(items.Length);
        var values = new List<object?>(items.Length);
        foreach (var item in items)
            values.Add(Inner(run, item));
        return new JinjaList(values);
    }
}

/// <summary><c>(a, b)</c>, with or without brackets; also a target: <c>for key, value in ...</c>.</summary>
internal sealed class TupleLiteral(int position, Expression[] items) : Expression(position)
{
    public override bool CanAssign => items.All(item => item.CanAssign);

    public override object Evaluate(Run run)
    {
        run.Charge(items.Length);
        var values = new object?[items.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = Inner(run, items[i]);
        return new JinjaTuple(values);
    }

    public override void Assign(Run run, object? value)
    {
        run.Position = Position;
        if (!Iteration.IsIterable(value))
            throw new JinjaException($"cannot unpack non-iterable {TypeNames.Of(value)} object");
        var values = Iteration.ToList(run, value);
        if (values.Count != items.Length)
        {
            throw new JinjaException(values.Count > items.Length
                ? $"too many values to unpack (expected {items.Length})"
                : $"not enough values to unpack (expected {items.Length}, got {values.Count})");
        }

        for (var i = 0; i < items.Length; i++)
            items[i].Assign(run, values[i]);
    }
}

/// <summary><c>{key: value}</c>.</summary>
internal sealed class DictLiteral(int position, KeyValuePair<Expression, Expression>[] pairs) : Expression(position)
{
    public override object Evaluate(Run run)
    {
        run.Charge(pairs.Length);
        var dict = new JinjaDict();
        foreach (var (key, value) in pairs)
        {
            var name = Inner(run, key);
            dict[name] = Inner(run, value);
        }

        return dict;
    }
}
