using System.Runtime.CompilerServices;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>A parsed expression. Immutable: all state is in the run.</summary>
/// <param name="position">Offset in the source that an error in it is reported at.</param>
internal abstract class Expression(int position)
{
    public int Position => position;

    /// <summary>Whether values can be stored in it: a name, an attribute of a namespace, or a tuple of these.</summary>
    public virtual bool CanAssign => false;

    public abstract object? Evaluate(Run run);

    /// <summary>Stores a value, for targets of set and for.</summary>
    public virtual void Assign(Run run, object? value) => throw new NotSupportedException();

    /// <summary>Evaluates an inner expression, with a clear error instead of a stack overflow.</summary>
    protected object? Inner(Run run, Expression expression)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            run.Position = position;
            throw new JinjaException("the expression is nested too deep");
        }

        return expression.Evaluate(run);
    }
}

/// <summary>A value written in the template.</summary>
internal sealed class Constant(int position, object? value) : Expression(position)
{
    public object? Value => value;

    public override object? Evaluate(Run run) => value;
}

/// <summary>A name.</summary>
internal sealed class Name(int position, string text) : Expression(position)
{
    public string Text => text;

    public override bool CanAssign => true;

    public override object? Evaluate(Run run)
    {
        run.Position = Position;
        return run.Lookup(text);
    }

    public override void Assign(Run run, object? value) => run.Scope.Set(text, value);
}

/// <summary><c>ns.name</c> as the target of a set.</summary>
internal sealed class NamespaceTarget(int position, Name owner, string attribute) : Expression(position)
{
    public override bool CanAssign => true;

    public override object? Evaluate(Run run) => Access.Attribute(run, owner.Evaluate(run), attribute);

    public override void Assign(Run run, object? value)
    {
        run.Position = Position;
        if (owner.Evaluate(run) is not Namespace attributes)
            throw new JinjaException($"cannot assign attribute on non-namespace object; make it with {{% set {owner.Text} = namespace() %}}");
        attributes.Attributes[attribute] = value;
    }
}
