namespace Serverless.Inference.Chat.Jinja;

/// <summary>A macro: sees the names of the place where it stands, gives the text that its body writes.</summary>
internal sealed class Macro(MacroDefinition definition, Scope closure) : ICallable
{
    public string TypeName => "Macro";

    public object? Call(Run run, Arguments arguments)
    {
        using var level = run.Deeper();
        run.Step();
        var scope = new Scope(closure);
        var outer = run.Scope;
        var place = run.Position;
        run.Scope = scope;
        Bind(run, scope, arguments);
        var output = new Output(run);
        Statement.Execute(definition.Body, run, output);
        run.Scope = outer;
        run.Position = place;
        return run.Charged(output.ToString());
    }

    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "name" => definition.Name,
            "arguments" => new JinjaTuple([.. definition.Parameters.Select(parameter => parameter.Key)]),
            "caller" => definition.Uses.Contains("caller"),
            "catch_kwargs" => definition.Uses.Contains("kwargs"),
            "catch_varargs" => definition.Uses.Contains("varargs"),
            _ => null,
        };
        return value is not null;
    }

    public override string ToString() => $"<Macro {Display.Repr(definition.Name)}>";

    private void Bind(Run run, Scope scope, Arguments arguments)
    {
        var parameters = definition.Parameters;
        var given = arguments.Positional;
        var named = arguments.Named.ToList();
        var missing = new List<KeyValuePair<string, Expression?>>();
        for (var i = 0; i < parameters.Length; i++)
        {
            var name = parameters[i].Key;
            if (i < given.Length)
                scope.Set(name, given[i]);
            else if (TryTake(named, name, out var value))
                scope.Set(name, value);
            else
                missing.Add(parameters[i]);
        }

        if (definition.Uses.Contains("caller") && !Array.Exists(parameters, parameter => parameter.Key == "caller"))
            scope.Set(RuntimeNames.Caller, TryTake(named, "caller", out var caller) ? caller : Undefined.Because(run, "No caller defined"));
        BindRest(scope, given, named);

        // Defaults come last and in order: they see the parameters before them.
        foreach (var (name, fallback) in missing)
            scope.Set(name, fallback is null ? Undefined.Because(run, $"parameter {Display.Repr(name)} was not provided") : fallback.Evaluate(run));
    }

    private void BindRest(Scope scope, object?[] given, List<KeyValuePair<string, object?>> named)
    {
        if (definition.Uses.Contains("kwargs"))
        {
            var rest = new JinjaDict();
            foreach (var (name, value) in named)
                rest[name] = value;
            scope.Set(RuntimeNames.KwArgs, rest);
        }
        else if (named.Exists(pair => pair.Key == "caller"))
        {
            throw new JinjaException($"macro {Display.Repr(definition.Name)} was invoked with two values for the special caller argument. This is most likely a bug.");
        }
        else if (named.Count > 0)
        {
            throw new JinjaException($"macro {Display.Repr(definition.Name)} takes no keyword argument {Display.Repr(named[0].Key)}");
        }

        var count = definition.Parameters.Length;
        if (definition.Uses.Contains("varargs"))
            scope.Set(RuntimeNames.VarArgs, new JinjaTuple(given.Length > count ? given[count..] : []));
        else if (given.Length > count)
            throw new JinjaException($"macro {Display.Repr(definition.Name)} takes not more than {count} argument(s)");
    }

    private static bool TryTake(List<KeyValuePair<string, object?>> named, string name, out object? value)
    {
        var index = named.FindIndex(pair => pair.Key == name);
        value = index < 0 ? null : named[index].Value;
        if (index >= 0)
            named.RemoveAt(index);
        return index >= 0;
    }
}
