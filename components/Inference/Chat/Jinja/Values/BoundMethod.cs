namespace Serverless.Inference.Chat.Jinja;

/// <summary>A method of a value that is not called where it is named: <c>{% set f = text.upper %}</c>.</summary>
internal sealed class BoundMethod(object subject, Builtin method) : ICallable
{
    public string TypeName => "builtin_function_or_method";

    public object? Call(Run run, Arguments arguments) => method.Invoke(run, subject, arguments);

    public override string ToString() => $"<built-in method {method.Name} of {TypeNames.Of(subject)} object>";
}
