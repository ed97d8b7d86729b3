namespace Dapr.Sidecar.Components;

/// <summary>Which secrets of a store apps may read.</summary>
internal sealed record SecretScope(string StoreName, bool AllowByDefault, IReadOnlyList<string> Allowed, IReadOnlyList<string> Denied)
{
    /// <summary>Whether a secret may be read: a list of allowed ones decides alone; else a denied one is denied, and the rest follow the default.</summary>
    public bool Allows(string secret) => Allowed.Count > 0 ? Allowed.Contains(secret) : AllowByDefault && !Denied.Contains(secret);
}

/// <summary>
/// The <c>kind: Configuration</c> document (https://docs.dapr.io/reference/resource-specs/configuration-schema/), one at most. In force:
/// <c>secrets.scopes</c>, <c>components.deny</c> and <c>workflow</c>; tracing, metrics, logging, features and mtls are read and have no effect; whatever
/// else daprd would enforce is refused, so that no rule is silently missing.
/// </summary>
internal sealed partial class ConfigurationSpec
{
    private static readonly string[] WithoutEffect = ["tracing", "metrics", "metric", "logging", "features", "mtls", "nameResolution", "wasm"];

    public ConfigurationSpec(Resources resources, ILogger<ConfigurationSpec> logger)
    {
        var documents = resources.Of("Configuration").ToArray();
        if (documents.Length > 1)
        {
            throw documents[1].Error($"a second Configuration (the first: {documents[0].Place}); one is allowed");
        }

        if (documents is not [var root])
        {
            return;
        }

        root.Allow("apiVersion", "kind", "metadata", "spec");
        var spec = root["spec"];
        spec.Allow(["secrets", "components", "workflow", .. WithoutEffect]);
        foreach (var (name, _) in spec.Fields.Where(field => WithoutEffect.Contains(field.Key)))
        {
            LogIgnored(logger, name);
        }

        spec["secrets"].Allow("scopes");
        SecretScopes = [.. spec["secrets"]["scopes"].Items.Select(ReadScope)];
        spec["components"].Allow("deny");
        DeniedComponents = spec["components"]["deny"].Texts;
        Workflows = WorkflowRules.Read(spec["workflow"]);
    }

    /// <summary>Limits on secrets, by store.</summary>
    public IReadOnlyList<SecretScope> SecretScopes { get; } = [];

    /// <summary>Component types that may not be loaded, as <c>type</c> or <c>type/version</c>.</summary>
    public IReadOnlyList<string> DeniedComponents { get; } = [];

    /// <summary>Limits and retention of workflows.</summary>
    public WorkflowRules Workflows { get; } = WorkflowRules.None;

    private static SecretScope ReadScope(YamlField scope)
    {
        scope.Allow("storeName", "defaultAccess", "allowedSecrets", "deniedSecrets");
        return new SecretScope(
            scope["storeName"].Required(), (scope["defaultAccess"].OneOf("allow", "deny") ?? "allow") == "allow", scope["allowedSecrets"].Texts, scope["deniedSecrets"].Texts);
    }

    [LoggerMessage(303, LogLevel.Information, "Configuration: spec.{Field} has no effect in the embedded sidecar.")]
    private static partial void LogIgnored(ILogger logger, string field);
}
