using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Serverless.Cli.Up;

/// <summary>The component files of an installation on this machine.</summary>
internal static class ComponentFiles
{
    /// <summary>The product's own, but for those of a name that was given too, and those that were given.</summary>
    /// <param name="given">Files and folders.</param>
    public static IReadOnlyList<string> With(IReadOnlyList<string> given)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "dapr", "components");
        var own = Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal).Append(Path.Combine(folder, "embedded", "job-events.yaml"));
        var names = given.SelectMany(path => Directory.Exists(path) ? Directory.GetFiles(path, "*.y*ml") : [path]).SelectMany(NamesIn).ToHashSet();
        return [.. own.Where(file => !NamesIn(file).Any(names.Contains)), .. given];
    }

    /// <summary>The names of a file's components. What is wrong with a file the sidecar says, with the place in it.</summary>
    private static IReadOnlyList<string> NamesIn(string file)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(file);
            stream.Load(reader);
        }
        catch (YamlException)
        {
            return [];
        }

        return [.. stream.Documents.Select(document => TextOf(document.RootNode, "metadata", "name")).OfType<string>()];
    }

    private static string? TextOf(YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;
        }

        return (node as YamlScalarNode)?.Value;
    }
}
