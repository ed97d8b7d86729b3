namespace Dapr.Sidecar.Components;

/// <summary>What spec.metadata of a component says, with references to secrets and the environment resolved. Names are case-insensitive, as in Dapr.</summary>
internal sealed class ComponentProperties
{
    private readonly YamlField _root;
    private readonly Dictionary<string, (string Value, YamlField Field)> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Properties of a component; values come in with <see cref="Set"/>.</summary>
    public ComponentProperties(YamlField root) => _root = root;

    /// <summary>The names that have values.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Sets a value that was read at a place.</summary>
    public void Set(string name, string value, YamlField field)
    {
        if (!_values.TryAdd(name, (value, field)))
        {
            throw field.Error($"sets \"{name}\" a second time");
        }
    }

    /// <summary>A text under its name or an alias; null where it is not set.</summary>
    public string? Text(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_values.TryGetValue(name, out var found) && found.Value.Length > 0)
            {
                return found.Value;
            }
        }

        return null;
    }

    /// <summary>A text that must be set, under its name or an alias.</summary>
    public string Required(params ReadOnlySpan<string> names) => Text(names) ?? throw Error($"needs \"{names[0]}\"");

    /// <summary>A flag: <c>true</c> or <c>false</c>.</summary>
    public bool Flag(string name, bool otherwise) => Text(name)?.ToLowerInvariant() switch
    {
        null => otherwise,
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        var text => throw Error(name, $"is \"{text}\"; allowed: true, false"),
    };

    /// <summary>A whole number in a range.</summary>
    public int? Number(string name, int least, int most) =>
        Text(name) is not { } text ? null
        : int.TryParse(text, out var number) && number >= least && number <= most ? number
        : throw Error(name, $"is \"{text}\"; a whole number from {least} to {most} is needed");

    /// <summary>A duration such as <c>15s</c>; a bare number is seconds.</summary>
    public TimeSpan? Duration(string name) =>
        Text(name) is not { } text ? null
        : GoDuration.TryParse(int.TryParse(text, out _) ? text + "s" : text, out var value) && value >= TimeSpan.Zero ? value
        : throw Error(name, $"is \"{text}\"; a duration is needed, such as 500ms, 15s or 1m30s");

    /// <summary>An error about the whole component.</summary>
    public ComponentException Error(string message) => _root["spec"]["metadata"].Error(message);

    /// <summary>An error about a property.</summary>
    public ComponentException Error(string name, string message) =>
        _values.TryGetValue(name, out var found) ? found.Field.Error($"\"{name}\" {message}") : Error($"\"{name}\" {message}");

    /// <summary>Refuses properties that a type does not know.</summary>
    public void Allow(string type, IReadOnlyList<string> names)
    {
        foreach (var (name, (_, field)) in _values)
        {
            if (!names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw field.Error($"sets \"{name}\", which {type} does not know{Nearest.Hint(name, names)}; allowed: {string.Join(", ", names)}");
            }
        }
    }
}
