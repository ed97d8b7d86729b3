using System.Collections.Frozen;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>All tests by name: what can stand after <c>is</c>.</summary>
internal static class Tests
{
    public static FrozenDictionary<string, Builtin> All { get; } = ((Builtin[])
    [
        Of("defined", value => value is not Undefined),
        Of("undefined", value => value is Undefined),
        Of("none", value => value is null),
        Of("boolean", value => value is bool),
        Of("true", value => value is true),
        Of("false", value => value is false),
        Of("integer", value => value is long),
        Of("float", value => value is double),
        Of("number", value => value is long or double or bool),
        Of("string", value => value is string or Markup),
        Of("mapping", Mappings.Is),
        Of("sequence", value => value is string or Markup or IReadOnlyList<object?> or Undefined || Mappings.Is(value)),
        Of("iterable", Iteration.IsIterable),
        Of("callable", value => value is ICallable or Undefined or Cycler),
        Of("escaped", value => value is Markup),
        new("lower", (run, value, _) => IsCased(run.Charged(Display.Text(run, value)), Casing.Lower)),
        new("upper", (run, value, _) => IsCased(run.Charged(Display.Text(run, value)), Casing.Upper)),
        new("odd", (run, value, _) => Equality.Same(Arithmetic.Apply(run, "%", value, 2L), 1L)),
        new("even", (run, value, _) => Equality.Same(Arithmetic.Apply(run, "%", value, 2L), 0L)),
        new("divisibleby", (run, value, arguments) => Equality.Same(Arithmetic.Apply(run, "%", value, arguments[0]), 0L), "num"),
        new("sameas", (run, value, arguments) => IsSame(value, arguments[0]), "other"),
        new("in", (run, value, arguments) => Membership.Contains(run, arguments[0], value), "seq"),
        new("filter", (run, value, _) => value is string name && Filters.All.ContainsKey(name)),
        new("test", (run, value, _) => value is string name && Known(name)),
        .. Comparison((run, a, b) => Equality.Equal(run, a, b), "eq", "==", "equalto"),
        .. Comparison((run, a, b) => !Equality.Equal(run, a, b), "ne", "!="),
        .. Comparison((run, a, b) => Ordering.Holds(run, "<", a, b), "lt", "<", "lessthan"),
        .. Comparison((run, a, b) => Ordering.Holds(run, "<=", a, b), "le", "<="),
        .. Comparison((run, a, b) => Ordering.Holds(run, ">", a, b), "gt", ">", "greaterthan"),
        .. Comparison((run, a, b) => Ordering.Holds(run, ">=", a, b), "ge", ">="),
    ]).ToFrozenDictionary(test => test.Name);

    public static Builtin Find(string name) => All.TryGetValue(name, out var test) ? test : throw new JinjaException(Unknown(name));

    public static string Unknown(string name) =>
        $"No test named '{name}'.{(NearestName.Find(name, All.Keys) is { } nearest ? $" Did you mean '{nearest}'?" : "")}";

    private static bool Known(string name) => All.ContainsKey(name);

    private static Builtin Of(string name, Predicate<object?> holds) => new(name, (_, value, _) => holds(value));

    private static IEnumerable<Builtin> Comparison(Func<Run, object?, object?, bool> holds, params string[] names) =>
        names.Select(name => new Builtin(name, (run, value, arguments) => holds(run, value, arguments[0]), "other"));

    /// <summary>There is a letter with case, and changing to the case changes nothing.</summary>
    private static bool IsCased(string text, Func<string, string> change) =>
        change(text) == text && (Casing.Upper(text) != text || Casing.Lower(text) != text);

    private static bool IsSame(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (bool x, bool y) => x == y,
        (long x, long y) => x == y,
        (double x, double y) => x.Equals(y),
        (string x, string y) => x == y,
        _ => ReferenceEquals(a, b),
    };
}
