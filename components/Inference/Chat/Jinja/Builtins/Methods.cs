using System.Collections.Frozen;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The methods of Python's types that templates may call.</summary>
internal static class Methods
{
    private static readonly FrozenDictionary<string, Builtin> s_text = TextMethods.All.ToFrozenDictionary(method => method.Name);
    private static readonly FrozenDictionary<string, Builtin> s_list = ListMethods.All.ToFrozenDictionary(method => method.Name);
    private static readonly FrozenDictionary<string, Builtin> s_tuple = ListMethods.OfTuples.ToFrozenDictionary(method => method.Name);
    private static readonly FrozenDictionary<string, Builtin> s_dict = DictMethods.All.ToFrozenDictionary(method => method.Name);
    private static readonly FrozenDictionary<string, Builtin> s_loop = new[]
    {
        Builtin.Variadic("cycle", (_, loop, arguments) => ((LoopContext)loop!).Cycle(arguments)),
        Builtin.Variadic("changed", (run, loop, arguments) => ((LoopContext)loop!).Changed(run, arguments)),
    }.ToFrozenDictionary(method => method.Name);

    private static readonly FrozenDictionary<string, Builtin> s_cycler = new[]
    {
        new Builtin("next", (run, cycler, _) => ((Cycler)cycler!).Next(run)),
        new Builtin("reset", (_, cycler, _) => ((Cycler)cycler!).Reset()),
    }.ToFrozenDictionary(method => method.Name);

    /// <summary>The method of a value, or null.</summary>
    public static Builtin? Find(object? owner, string name) => owner switch
    {
        IReadOnlyDictionary<string, object?> or JinjaDict => s_dict.GetValueOrDefault(name),
        string or Markup => s_text.GetValueOrDefault(name),
        JinjaTuple or JinjaRange => s_tuple.GetValueOrDefault(name),
        IReadOnlyList<object?> => s_list.GetValueOrDefault(name),
        LoopContext => s_loop.GetValueOrDefault(name),
        Cycler => s_cycler.GetValueOrDefault(name),
        _ => null,
    };
}
