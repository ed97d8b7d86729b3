namespace Serverless.Inference.Chat.Jinja;

/// <summary><c>{% for target in items if test recursive %}</c>.</summary>
internal sealed class For(Expression target, Expression items, Expression? test, bool recursive, Statement[] body, Statement[] otherwise) : Statement
{
    public override Flow Execute(Run run, Output output)
    {
        var values = items.Evaluate(run);
        run.Position = items.Position;
        Walk(run, output, values, 0);
        return Flow.Next;
    }

    private void Walk(Run run, Output output, object? values, int depth)
    {
        var outer = run.Scope;
        var scope = new Scope(outer);
        run.Scope = scope;
        var loop = test is null
            ? new LoopContext(run, values, depth, Recursion(outer, depth))
            : new LoopContext(run, new Generator(Passing(run, values, outer)), depth, Recursion(outer, depth));
        var completed = false;
        while (loop.MoveNext())
        {
            run.Step();
            scope.Clear();
            target.Assign(run, loop.Current);
            scope.Set(RuntimeNames.Loop, loop);
            var flow = Execute(body, run, output);
            if (flow == Flow.Break)
                break;
            completed |= flow == Flow.Next;
        }

        run.Scope = outer;
        // As in Jinja, an iteration that was left by break or continue does not count as one for the else.
        if (!completed && otherwise.Length > 0)
            ExecuteInside(otherwise, run, output);
    }

    private Func<Run, object?, string>? Recursion(Scope scope, int depth) => !recursive ? null : (run, values) =>
    {
        using var level = run.Deeper();
        var outer = run.Scope;
        var output = new Output(run);
        run.Scope = scope;
        Walk(run, output, values, depth + 1);
        run.Scope = outer;
        return output.ToString();
    };

    /// <summary>The elements that pass the test, tested one at a time as the loop comes to them.</summary>
    private IEnumerable<object?> Passing(Run run, object? values, Scope outer)
    {
        foreach (var value in Iteration.Of(run, values))
        {
            var current = run.Scope;
            run.Scope = new Scope(outer);
            target.Assign(run, value);
            var passes = Truth.Of(test!.Evaluate(run));
            run.Scope = current;
            if (passes)
                yield return value;
        }
    }
}
