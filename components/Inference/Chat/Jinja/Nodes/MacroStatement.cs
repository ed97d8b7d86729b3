namespace Serverless.Inference.Chat.Jinja;

/// <summary>The parameters and body of a macro or call block.</summary>
/// <param name="Name">Its name; <c>caller</c> for a call block.</param>
/// <param name="Parameters">Names, with the default where there is one.</param>
/// <param name="Body">The statements.</param>
/// <param name="Uses">Which of <c>caller</c>, <c>varargs</c> and <c>kwargs</c> the body reads: only these are accepted.</param>
internal sealed record MacroDefinition(string Name, KeyValuePair<string, Expression?>[] Parameters, Statement[] Body, IReadOnlySet<string> Uses);

/// <summary><c>{% macro name(...) %}</c>: sets the name to the macro.</summary>
internal sealed class MacroStatement(MacroDefinition definition) : Statement
{
    public override Flow Execute(Run run, Output output)
    {
        run.Scope.Set(definition.Name, new Macro(definition, run.Scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call(...) f(...) %}</c>: calls with the body as the macro <c>caller</c>.</summary>
internal sealed class CallBlock(MacroDefinition body, Call call) : Statement
{
    public override Flow Execute(Run run, Output output)
    {
        output.WriteValue(call.Invoke(run, new Macro(body, run.Scope)));
        return Flow.Next;
    }
}
