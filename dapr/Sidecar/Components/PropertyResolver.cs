using Dapr.Sidecar.Secrets;

namespace Dapr.Sidecar.Components;

/// <summary>Reads spec.metadata: plain values, <c>secretKeyRef</c> through the store of <c>auth.secretStore</c>, <c>envRef</c>; <c>{uuid}</c> in a value is a fresh one.</summary>
internal static class PropertyResolver
{
    private static readonly string[] Sources = ["value", "secretKeyRef", "envRef"];

    /// <exception cref="ComponentException">An item is wrong, or what it refers to is not there.</exception>
    public static async Task<ComponentProperties> ResolveAsync(ComponentSpec spec, ComponentCatalog catalog, CancellationToken cancellation)
    {
        var properties = new ComponentProperties(spec.Root);
        foreach (var item in spec.Metadata)
        {
            var given = Sources.Where(name => item[name].Exists).ToArray();
            var value = given switch
            {
                [] => "",
                ["value"] => item["value"].Text()!.Replace("{uuid}", Guid.NewGuid().ToString(), StringComparison.Ordinal),
                ["envRef"] => FromEnvironment(item["envRef"]),
                ["secretKeyRef"] => await FromSecretAsync(item["secretKeyRef"], spec, catalog, cancellation),
                _ => throw item.Error($"has {string.Join(" and ", given)}; one of value, secretKeyRef and envRef is allowed"),
            };
            properties.Set(item["name"].Required(), value, item);
        }

        return properties;
    }

    private static string FromEnvironment(YamlField reference)
    {
        var name = reference.Required();
        return EnvironmentSecrets.Read(name) ?? throw reference.Error($"names the environment variable {name}, which is not set, or is one of the sidecar's own (DAPR_*, APP_API_TOKEN)");
    }

    private static async Task<string> FromSecretAsync(YamlField reference, ComponentSpec spec, ComponentCatalog catalog, CancellationToken cancellation)
    {
        var storeName = spec.SecretStore ?? throw spec.Root["auth"]["secretStore"].Error("is missing: it names the secret store of the component's secretKeyRef");
        var store = catalog.All.FirstOrDefault(component => component.Spec.Name == storeName && component.Instance is ISecretStore)?.Instance as ISecretStore
            ?? throw spec.Root["auth"].Error($"names the secret store \"{storeName}\", which is not among the components");
        var name = reference["name"].Required();
        var key = reference["key"].Text() ?? name;
        var secret = await store.GetAsync(name, cancellation) ?? throw reference.Error($"names the secret \"{name}\", which \"{storeName}\" does not hold");
        return secret.TryGetValue(key, out var value) ? value : throw reference.Error($"names the key \"{key}\", which the secret \"{name}\" does not have");
    }
}
