namespace Serverless.Inference.Chat.Jinja;

/// <summary>The arguments as they are written: <c>(a, *b, name=c, **d)</c>.</summary>
internal sealed class CallArguments(Expression[] positional, KeyValuePair<string, Expression>[] named, Expression? list, Expression? dict)
{
    public static CallArguments None { get; } = new([], [], null, null);

    public Arguments Evaluate(Run run, Macro? caller = null)
    {
        if (positional.Length == 0 && named.Length == 0 && list is null && dict is null && caller is null)
            return Arguments.None;
        var values = new List<object?>(positional.Length);
        foreach (var expression in positional)
            values.Add(expression.Evaluate(run));
        if (list is not null)
            values.AddRange(Iteration.Of(run, list.Evaluate(run)));
        if (named.Length == 0 && dict is null && caller is null)
            return new Arguments([.. values], []);

        var byName = new List<KeyValuePair<string, object?>>(named.Length);
        foreach (var (name, expression) in named)
            Add(name, expression.Evaluate(run));
        if (dict is not null)
        {
            var more = dict.Evaluate(run);
            if (!Mappings.Is(more))
                throw new JinjaException($"argument after ** must be a mapping, not {TypeNames.Of(more)}");
            foreach (var (name, value) in Mappings.Pairs(more))
                Add(TextValue.Require(name, "a keyword"), value);
        }

        if (caller is not null)
            Add("caller", caller);
        return new Arguments([.. values], [.. byName]);

        void Add(string name, object? value)
        {
            run.Step();
            if (byName.Exists(pair => pair.Key == name))
                throw new JinjaException($"got multiple values for keyword argument '{name}'");
            byName.Add(new(name, value));
        }
    }
}

/// <summary><c>f(...)</c>.</summary>
internal sealed class Call(int position, Expression function, CallArguments arguments) : Expression(position)
{
    public override object? Evaluate(Run run) => Invoke(run, null);

    /// <summary>Calls, with the body of a call block as <c>caller</c> if there is one.</summary>
    public object? Invoke(Run run, Macro? caller)
    {
        object? callee;
        if (function is GetAttribute member)
        {
            var owner = Inner(run, member.Owner);
            run.Position = member.Position;
            if (Methods.Find(owner, member.Attribute) is { } method)
            {
                var values = arguments.Evaluate(run, caller);
                run.Position = Position;
                return method.Invoke(run, owner, values);
            }

            callee = Access.Attribute(run, owner, member.Attribute);
        }
        else
        {
            callee = Inner(run, function);
        }

        var given = arguments.Evaluate(run, caller);
        run.Position = Position;
        if (callee is ICallable callable)
            return callable.Call(run, given);
        throw callee is Undefined undefined ? undefined.Fail() : new JinjaException($"'{TypeNames.Of(callee)}' object is not callable");
    }
}
