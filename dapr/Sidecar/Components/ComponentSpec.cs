namespace Dapr.Sidecar.Components;

/// <summary>A <c>kind: Component</c> document (https://docs.dapr.io/reference/resource-specs/component-schema/).</summary>
internal sealed class ComponentSpec
{
    private ComponentSpec(YamlField root)
    {
        Root = root;
        root.Allow("apiVersion", "kind", "metadata", "spec", "scopes", "auth");
        root["metadata"].Allow("name", "namespace", "labels", "annotations");
        var spec = root["spec"];
        spec.Allow("type", "version", "metadata", "initTimeout", "ignoreErrors");
        Name = root["metadata"]["name"].Required();
        Type = spec["type"].Required();
        Version = spec["version"].OneOf("v1") ?? throw spec["version"].Error("is missing; allowed: v1");
        InitTimeout = spec["initTimeout"].Duration() ?? TimeSpan.FromSeconds(5);
        IgnoreErrors = spec["ignoreErrors"].Flag() ?? false;
        Scopes = root["scopes"].Texts;
        root["auth"].Allow("secretStore", "secretstore");
        SecretStore = root["auth"]["secretStore"].Text() ?? root["auth"]["secretstore"].Text();
        foreach (var item in spec["metadata"].Items)
        {
            item.Allow("name", "value", "secretKeyRef", "envRef");
            item["secretKeyRef"].Allow("name", "key");
        }
    }

    /// <summary>The document.</summary>
    public YamlField Root { get; }

    /// <summary>The component's name, as apps call it.</summary>
    public string Name { get; }

    /// <summary>For instance <c>state.sqlite</c>.</summary>
    public string Type { get; }

    /// <summary>The version of the type.</summary>
    public string Version { get; }

    /// <summary>How long starting it may take. Default: 5 s.</summary>
    public TimeSpan InitTimeout { get; }

    /// <summary>Whether the sidecar starts without it when it does not start. Default: false.</summary>
    public bool IgnoreErrors { get; }

    /// <summary>The apps that see it; none listed means all.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>The store of its secretKeyRefs.</summary>
    public string? SecretStore { get; }

    /// <summary>The items of spec.metadata, each with a name and one of value, secretKeyRef and envRef.</summary>
    public IReadOnlyList<YamlField> Metadata => Root["spec"]["metadata"].Items;

    /// <summary>Reads a document.</summary>
    /// <exception cref="ComponentException">It does not follow the schema.</exception>
    public static ComponentSpec Read(YamlField root) => new(root);

    /// <summary>Whether an app sees it.</summary>
    public bool IsFor(string appId) => Scopes.Count == 0 || Scopes.Contains(appId);
}
