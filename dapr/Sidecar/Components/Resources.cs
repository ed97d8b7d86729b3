using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Dapr.Sidecar.Components;

/// <summary>Everything that the YAML files of <see cref="SidecarOptions.ComponentPaths"/> declare, by kind, in order of file name and document.</summary>
internal sealed class Resources
{
    private static readonly Dictionary<string, string[]> Kinds = new()
    {
        ["Component"] = ["dapr.io/v1alpha1"],
        ["Configuration"] = ["dapr.io/v1alpha1"],
        ["Resiliency"] = ["dapr.io/v1alpha1"],
        ["Subscription"] = ["dapr.io/v2alpha1", "dapr.io/v1alpha1"],
    };

    private readonly List<(string Kind, YamlField Root)> _resources = [];

    /// <summary>Reads the files and, for a folder, its *.yaml and *.yml files (not those of folders in it, as daprd).</summary>
    /// <exception cref="ComponentException">A path does not exist or a file is wrong.</exception>
    public Resources(SidecarOptions options)
    {
        foreach (var path in options.ComponentPaths)
        {
            foreach (var file in Files(path))
            {
                Read(file);
            }
        }
    }

    /// <summary>The documents of a kind.</summary>
    public IEnumerable<YamlField> Of(string kind) => _resources.Where(resource => resource.Kind == kind).Select(resource => resource.Root);

    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path)
            ? Directory.GetFiles(path).Where(file => Path.GetExtension(file) is ".yaml" or ".yml").Order(StringComparer.Ordinal)
            : File.Exists(path) ? [path] : throw new ComponentException($"{path}: no such file or folder of components.");

    private void Read(string file)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(file);
            stream.Load(reader);
        }
        catch (YamlException error)
        {
            throw new ComponentException($"{file}, document {stream.Documents.Count + 1} (line {error.Start.Line}): no valid YAML: {error.Message}", error);
        }

        for (var i = 0; i < stream.Documents.Count; i++)
        {
            var root = new YamlField(stream.Documents[i].RootNode, file, i + 1, "");
            if (root.Exists)
            {
                _resources.Add((Kind(root), root));
            }
        }
    }

    private static string Kind(YamlField root)
    {
        var kind = root["kind"].Required();
        if (!Kinds.TryGetValue(kind, out var versions))
        {
            throw root["kind"].Error($"is \"{kind}\"{Nearest.Hint(kind, Kinds.Keys)}; allowed: {string.Join(", ", Kinds.Keys)}");
        }

        var version = root["apiVersion"].Required();
        return versions.Contains(version) ? kind : throw root["apiVersion"].Error($"is \"{version}\"; allowed for {kind}: {string.Join(", ", versions)}");
    }
}
