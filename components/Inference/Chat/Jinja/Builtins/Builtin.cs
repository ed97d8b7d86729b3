namespace Serverless.Inference.Chat.Jinja;

/// <summary>The body of a filter, test, method or function: its subject (the value left of the bar, the object before the dot) and its bound arguments.</summary>
internal delegate object? BuiltinBody(Run run, object? subject, object?[] arguments);

/// <summary>The same with the arguments as they were given.</summary>
internal delegate object? VariadicBody(Run run, object? subject, Arguments arguments);

/// <summary>A parameter; without a default it has to be given.</summary>
internal readonly record struct Parameter(string Name, object? Default)
{
    public static readonly object Required = new();

    /// <summary>Marks an optional argument that was not given, where None is a value.</summary>
    public static readonly object Absent = new();

    public static implicit operator Parameter(string name) => new(name, Required);

    public static implicit operator Parameter((string Name, object? Default) optional) => new(optional.Name, optional.Default);
}

/// <summary>A filter, test, method or function of the language.</summary>
internal sealed class Builtin
{
    private readonly VariadicBody _body;

    private Builtin(string name, VariadicBody body)
    {
        Name = name;
        _body = body;
    }

    public Builtin(string name, BuiltinBody body, params Parameter[] parameters)
        : this(name, (run, subject, arguments) => body(run, subject, Bind(name, parameters, arguments)))
    {
    }

    public string Name { get; }

    public static Builtin Variadic(string name, VariadicBody body) => new(name, body);

    public object? Invoke(Run run, object? subject, Arguments arguments)
    {
        run.Step();
        return _body(run, subject, arguments);
    }

    private static object?[] Bind(string name, Parameter[] parameters, Arguments arguments)
    {
        var given = arguments.Positional;
        if (given.Length == parameters.Length && arguments.Named.Length == 0)
            return given;
        if (given.Length > parameters.Length)
            throw new JinjaException($"{name} takes at most {parameters.Length} arguments ({given.Length} given)");
        var bound = new object?[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
            bound[i] = i < given.Length ? given[i] : parameters[i].Default;
        foreach (var (key, value) in arguments.Named)
        {
            var index = Array.FindIndex(parameters, parameter => parameter.Name == key);
            if (index < 0)
                throw new JinjaException($"{name} got an unexpected keyword argument '{key}'");
            if (index < given.Length)
                throw new JinjaException($"{name} got multiple values for argument '{key}'");
            bound[index] = value;
        }

        var missing = Array.FindIndex(bound, value => ReferenceEquals(value, Parameter.Required));
        return missing < 0 ? bound : throw new JinjaException($"{name} is missing the argument '{parameters[missing].Name}'");
    }
}
