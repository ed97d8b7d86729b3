namespace Serverless.Inference.Chat.Jinja;

/// <summary>One <c>|name(...)</c>.</summary>
/// <param name="position">Offset of the name.</param>
/// <param name="name">The name.</param>
/// <param name="filter">Null for a name that is unknown but stands in a branch, which may never be taken.</param>
/// <param name="arguments">Its arguments.</param>
internal sealed class FilterStep(int position, string name, Builtin? filter, CallArguments arguments)
{
    public object? Apply(Run run, object? value)
    {
        var given = arguments.Evaluate(run);
        run.Position = position;
        return filter is null ? throw new JinjaException(Filters.Unknown(name)) : filter.Invoke(run, value, given);
    }
}

/// <summary><c>a|filter</c>.</summary>
internal sealed class Filtered(int position, Expression value, FilterStep filter) : Expression(position)
{
    public override object? Evaluate(Run run) => filter.Apply(run, Inner(run, value));
}

/// <summary><c>a is test</c>.</summary>
internal sealed class Test(int position, string name, Expression value, Builtin? test, CallArguments arguments) : Expression(position)
{
    public override object? Evaluate(Run run)
    {
        var subject = Inner(run, value);
        var given = arguments.Evaluate(run);
        run.Position = Position;
        return test is null ? throw new JinjaException(Tests.Unknown(name)) : test.Invoke(run, subject, given);
    }
}
