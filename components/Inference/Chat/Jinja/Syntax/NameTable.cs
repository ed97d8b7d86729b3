namespace Serverless.Inference.Chat.Jinja;

/// <summary>The names of a template: one object for equal ones, which is what scopes compare; and which of them were read.</summary>
internal sealed class NameTable
{
    private readonly Dictionary<string, string> _names = RuntimeNames.All.ToDictionary(name => name);
    private HashSet<string> _read = [];

    public string Canonical(string name) => _names.TryGetValue(name, out var known) ? known : _names[name] = name;

    /// <summary>The name, noted as read.</summary>
    public string Read(string name)
    {
        _read.Add(name);
        return Canonical(name);
    }

    /// <summary>Starts to note names for a macro, which accepts <c>caller</c> and its like only if it reads them; returns what was noted so far.</summary>
    public HashSet<string> Watch()
    {
        var outer = _read;
        _read = [];
        return outer;
    }

    /// <summary>The names read since <see cref="Watch"/>; what stands around the macro has read them too.</summary>
    public HashSet<string> StopWatching(HashSet<string> outer)
    {
        var inner = _read;
        outer.UnionWith(inner);
        _read = outer;
        return inner;
    }
}
