namespace Serverless.Sidecar.Tests.Components;

/// <summary>A temporary folder with component files.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("sidecar-").FullName;

    public string Components => Directory.CreateDirectory(Path.Combine(Root, "components")).FullName;

    public string PathOf(string name) => Path.Combine(Root, name);

    public TestFolder Yaml(string name, string text)
    {
        File.WriteAllText(Path.Combine(Components, name), text);
        return this;
    }

    /// <summary>A component file; properties are its spec.metadata.</summary>
    public TestFolder Component(string name, string type, params (string Name, string Value)[] properties) => Yaml($"{name}.yaml", $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: {name}
        spec:
          type: {type}
          version: v1
          metadata: [{string.Join(", ", properties.Select(property => $"{{name: {property.Name}, value: '{property.Value}'}}"))}]
        """);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
