using System.Collections.Frozen;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The functions that every template has.</summary>
internal static class Globals
{
    private const int MaxRange = 100_000;

    public static FrozenDictionary<string, object?> All { get; } = new ICallable[]
    {
        new Function(new Builtin("range", Range, "start", ("stop", Parameter.Absent), ("step", 1L))),
        new Function(Builtin.Variadic("dict", (run, _, arguments) => Dict(run, arguments))),
        new Function(Builtin.Variadic("namespace", (run, _, arguments) => MakeNamespace(run, arguments))),
        new Function(Builtin.Variadic("cycler", (_, _, arguments) => new Cycler(arguments.Positional))),
        new Function(new Builtin("joiner", (run, _, arguments) => new Joiner(Display.Text(run, arguments[0])), ("sep", ", "))),
        new Function(new Builtin("raise_exception", (run, _, arguments) => throw new JinjaException(Display.Text(run, arguments[0])), "message")),
        new Function(new Builtin("strftime_now", (run, _, arguments) => Strftime.Format(run.Options.TimeProvider.GetLocalNow(), TextValue.Require(arguments[0], "format")), "format")),
        new Function(Builtin.Variadic("lipsum", (_, _, _) => throw new JinjaException("the function 'lipsum' is not supported"))),
    }.ToFrozenDictionary(function => ((Function)function).Name, function => (object?)function);

    private static JinjaRange Range(Run run, object? subject, object?[] arguments)
    {
        var one = ReferenceEquals(arguments[1], Parameter.Absent);
        var start = one ? 0 : Integer(arguments[0]);
        var stop = Integer(one ? arguments[0] : arguments[1]);
        var step = Integer(arguments[2]);
        if (step == 0)
            throw new JinjaException("range() arg 3 must not be zero");
        var count = step > 0 ? ((Int128)stop - start + step - 1) / step : ((Int128)start - stop - step - 1) / -(Int128)step;
        if (count > MaxRange)
            throw new JinjaException($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRange}).");
        return new JinjaRange(start, stop, step, (int)Int128.Max(0, count));
    }

    private static long Integer(object? value) => Number.TryGet(value, out var number) && number.IsInteger
        ? number.Integer
        : throw (value is Undefined undefined ? undefined.Fail() : new JinjaException($"'{TypeNames.Of(value)}' object cannot be interpreted as an integer"));

    private static JinjaDict Dict(Run run, Arguments arguments)
    {
        var dict = new JinjaDict();
        if (arguments.Positional.Length > 1)
            throw new JinjaException($"dict expected at most 1 argument, got {arguments.Positional.Length}");
        if (arguments.Positional.Length == 1)
            DictMethods.Update(run, dict, arguments.Positional[0]);
        foreach (var (name, value) in arguments.Named)
            dict[name] = value;
        return dict;
    }

    private static Namespace MakeNamespace(Run run, Arguments arguments)
    {
        var made = new Namespace();
        foreach (var (key, value) in Dict(run, arguments).Pairs())
            made.Attributes[TextValue.Require(key, "the name of an attribute")] = value;
        return made;
    }
}

/// <summary>A function of the language as a value.</summary>
internal sealed class Function(Builtin body) : ICallable
{
    public string Name => body.Name;

    public string TypeName => "function";

    public object? Call(Run run, Arguments arguments) => body.Invoke(run, null, arguments);
}
