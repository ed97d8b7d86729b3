using YamlDotNet.RepresentationModel;

namespace Dapr.Sidecar.Components;

/// <summary>A place in a YAML document, which may hold nothing; reading it in a way that does not fit is an error that names file, document, line and path.</summary>
internal sealed class YamlField(YamlNode? node, string file, int document, string path)
{
    /// <summary>The file that it was read from.</summary>
    public string File => file;

    /// <summary>The place, for messages.</summary>
    public string Place => $"{file}, document {document}{(path.Length == 0 ? "" : ", " + path)}{(node is null ? "" : $" (line {node.Start.Line})")}";

    /// <summary>Whether there is anything; an empty value and <c>null</c> are nothing.</summary>
    public bool Exists => node is not null and not YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    /// <summary>A field of this mapping.</summary>
    public YamlField this[string name] => new(Mapping().GetValueOrDefault(name), file, document, path.Length == 0 ? name : $"{path}.{name}");

    /// <summary>The fields of this mapping, by name.</summary>
    public IEnumerable<KeyValuePair<string, YamlField>> Fields =>
        Mapping().Keys.Select(name => KeyValuePair.Create(name, this[name]));

    /// <summary>The items of this list; none where there is nothing.</summary>
    public IReadOnlyList<YamlField> Items => node switch
    {
        YamlSequenceNode list => [.. list.Children.Select((item, index) => new YamlField(item, file, document, $"{path}[{index}]"))],
        _ when !Exists => [],
        _ => throw Error("must be a list"),
    };

    /// <summary>The text of this list's items.</summary>
    public IReadOnlyList<string> Texts => [.. Items.Select(item => item.Required())];

    /// <summary>The text; null where there is nothing.</summary>
    public string? Text() => !Exists ? null : node is YamlScalarNode scalar ? scalar.Value : throw Error("must be a single value");

    /// <summary>The text, which must be there.</summary>
    public string Required() => Text() is { Length: > 0 } text ? text : throw Error("is missing");

    /// <summary>One of some values; null where there is nothing.</summary>
    public string? OneOf(params string[] values) =>
        Text() is not { } text ? null
        : values.FirstOrDefault(value => string.Equals(value, text, StringComparison.OrdinalIgnoreCase))
            ?? throw Error($"is \"{text}\"; allowed: {string.Join(", ", values)}");

    /// <summary>A whole number; null where there is nothing.</summary>
    public int? Number() =>
        Text() is not { } text ? null : int.TryParse(text, out var number) ? number : throw Error($"is \"{text}\"; a whole number is needed");

    /// <summary><c>true</c> or <c>false</c>; null where there is nothing.</summary>
    public bool? Flag() => OneOf("true", "false") is { } text ? text == "true" : null;

    /// <summary>A duration such as <c>500ms</c> or <c>1m30s</c>; null where there is nothing.</summary>
    public TimeSpan? Duration() =>
        Text() is not { } text ? null : GoDuration.TryParse(text, out var value) ? value : throw Error($"is \"{text}\"; a duration is needed, such as 500ms, 15s or 1m30s");

    /// <summary>Refuses fields of this mapping that are not among some.</summary>
    public void Allow(params string[] names)
    {
        foreach (var (name, field) in Fields)
        {
            if (!names.Contains(name))
            {
                throw field.Error($"is not known here{Nearest.Hint(name, names)}; allowed: {string.Join(", ", names)}");
            }
        }
    }

    /// <summary>An error about this place.</summary>
    public ComponentException Error(string message) => new($"{Place}: {message}.");

    private Dictionary<string, YamlNode> Mapping() => node switch
    {
        YamlMappingNode mapping => mapping.Children.ToDictionary(
            pair => pair.Key is YamlScalarNode { Value: { } name } ? name : throw Error("has a key that is no text"), pair => pair.Value),
        _ when !Exists => [],
        _ => throw Error("must be a mapping of fields"),
    };
}
