using System.Collections.Frozen;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>All filters by name.</summary>
internal static class Filters
{
    private static readonly FrozenSet<string> s_refused = new[] { "random", "pprint", "urlize", "xmlattr" }.ToFrozenSet();

    public static FrozenDictionary<string, Builtin> All { get; } = new[]
    {
        TextFilters.All, LayoutFilters.All, NumberFilters.All, SequenceFilters.All, SelectionFilters.All, ValueFilters.All,
    }.SelectMany(filters => filters).ToFrozenDictionary(filter => filter.Name);

    public static Builtin Find(string name) => All.TryGetValue(name, out var filter) ? filter : throw new JinjaException(Unknown(name));

    public static string Unknown(string name) => s_refused.Contains(name)
        ? $"the filter '{name}' is not supported"
        : $"No filter named '{name}'.{(NearestName.Find(name, All.Keys) is { } nearest ? $" Did you mean '{nearest}'?" : "")}";
}
