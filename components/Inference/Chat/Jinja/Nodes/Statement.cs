namespace Serverless.Inference.Chat.Jinja;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A parsed statement, text included. Immutable: all state is in the run.</summary>
internal abstract class Statement
{
    public abstract Flow Execute(Run run, Output output);

    /// <summary>One after the other, until one breaks or continues a loop.</summary>
    public static Flow Execute(Statement[] statements, Run run, Output output)
    {
        foreach (var statement in statements)
        {
            run.Step();
            var flow = statement.Execute(run, output);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }

    /// <summary>In a scope of their own.</summary>
    public static Flow ExecuteInside(Statement[] statements, Run run, Output output)
    {
        var outer = run.Scope;
        run.Scope = new Scope(outer);
        var flow = Execute(statements, run, output);
        run.Scope = outer;
        return flow;
    }
}

/// <summary>Text between tags.</summary>
internal sealed class Text(string text) : Statement
{
    public override Flow Execute(Run run, Output output)
    {
        output.Write(text);
        return Flow.Next;
    }
}

/// <summary><c>{{ a }}</c>.</summary>
internal sealed class Print(Expression value) : Statement
{
    public Expression Value => value;

    public override Flow Execute(Run run, Output output)
    {
        output.WriteValue(value.Evaluate(run));
        return Flow.Next;
    }
}

/// <summary><c>{% if %}</c> with its branches.</summary>
internal sealed class If(KeyValuePair<Expression, Statement[]>[] branches, Statement[] otherwise) : Statement
{
    public override Flow Execute(Run run, Output output)
    {
        foreach (var (test, body) in branches)
        {
            var value = test.Evaluate(run);
            run.Position = test.Position;
            if (Truth.Of(value))
                return Execute(body, run, output);
        }

        return Execute(otherwise, run, output);
    }
}

/// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
internal sealed class Jump(Flow flow) : Statement
{
    public override Flow Execute(Run run, Output output) => flow;
}

/// <summary><c>{% set a = b %}</c>.</summary>
internal sealed class Set(Expression target, Expression value) : Statement
{
    public override Flow Execute(Run run, Output output)
    {
        target.Assign(run, value.Evaluate(run));
        return Flow.Next;
    }
}

/// <summary><c>{% set a %}...{% endset %}</c>, perhaps filtered.</summary>
internal sealed class SetBlock(Expression target, FilterStep[] filters, Statement[] body) : Statement
{
    public override Flow Execute(Run run, Output output)
    {
        var inner = new Output(run);
        var flow = ExecuteInside(body, run, inner);
        if (flow == Flow.Next)
            target.Assign(run, filters.Aggregate((object?)inner.ToString(), (value, filter) => filter.Apply(run, value)));
        return flow;
    }
}

/// <summary><c>{% filter f %}...{% endfilter %}</c>.</summary>
internal sealed class FilterBlock(FilterStep[] filters, Statement[] body) : Statement
{
    public override Flow Execute(Run run, Output output)
    {
        var inner = new Output(run);
        var flow = ExecuteInside(body, run, inner);
        if (flow == Flow.Next)
            output.WriteValue(filters.Aggregate((object?)inner.ToString(), (value, filter) => filter.Apply(run, value)));
        return flow;
    }
}

/// <summary>A block with names of its own: <c>{% with %}</c>, and <c>{% block %}</c> and <c>{% generation %}</c> without any.</summary>
internal sealed class With(KeyValuePair<Expression, Expression>[] names, Statement[] body) : Statement
{
    public override Flow Execute(Run run, Output output)
    {
        var outer = run.Scope;
        var inner = new Scope(outer);
        foreach (var (target, value) in names)
        {
            var evaluated = value.Evaluate(run);
            run.Scope = inner;
            target.Assign(run, evaluated);
            run.Scope = outer;
        }

        run.Scope = inner;
        var flow = Execute(body, run, output);
        run.Scope = outer;
        return flow;
    }
}
