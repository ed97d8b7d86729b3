using System.Collections;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Secrets;

/// <summary><c>secretstores.local.env</c>: environment variables, with a prefix that names leave out. The sidecar's own variables are no secrets of an app.</summary>
internal sealed class EnvironmentSecrets(string prefix) : ISecretStore
{
    public static readonly ComponentType Type = new("secretstores.local.env", context =>
        Task.FromResult<IComponent>(new EnvironmentSecrets(context.Properties.Text("prefix") ?? "")))
    {
        Properties = ["prefix"],
    };

    /// <summary>A variable; null where it is not set or is the sidecar's own.</summary>
    public static string? Read(string variable) => IsOwn(variable) ? null : Environment.GetEnvironmentVariable(variable);

    public ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(string name, CancellationToken cancellation) =>
        new(Read(prefix + name) is { } value ? new Dictionary<string, string> { [name] = value } : null);

    public ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellation) =>
        new(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => (Name: (string)variable.Key, Value: (string?)variable.Value ?? ""))
            .Where(variable => variable.Name.StartsWith(prefix, StringComparison.Ordinal) && !IsOwn(variable.Name))
            .ToDictionary(variable => variable.Name[prefix.Length..], IReadOnlyDictionary<string, string> (variable) => new Dictionary<string, string> { [variable.Name[prefix.Length..]] = variable.Value }));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsOwn(string variable) =>
        variable.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase) || variable.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase);
}
