using System.Text.Json;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Secrets;

/// <summary>
/// <c>secretstores.local.file</c>: a JSON file, read at start. Nested objects are flattened with a separator into names such as
/// <c>redis:password</c>; with <c>multiValued</c>, each top-level object is one secret with several keys.
/// </summary>
internal sealed class FileSecrets(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> secrets) : ISecretStore
{
    public static readonly ComponentType Type = new("secretstores.local.file", CreateAsync)
    {
        Properties = ["secretsFile", "nestedSeparator", "multiValued"],
    };

    public ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(string name, CancellationToken cancellation) => new(secrets.GetValueOrDefault(name));

    public ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellation) => new(secrets);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<IComponent> CreateAsync(ComponentContext context)
    {
        var file = context.Properties.Required("secretsFile");
        var separator = context.Properties.Text("nestedSeparator") ?? ":";
        try
        {
            await using var stream = File.OpenRead(file);
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: context.Cancellation);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new FileSecrets(Read(document.RootElement, separator, context.Properties.Flag("multiValued", otherwise: false)))
                : throw context.Properties.Error("secretsFile", $"is {file}, which holds no JSON object");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw context.Properties.Error("secretsFile", $"is {file} (from {Directory.GetCurrentDirectory()}), which cannot be read: {error.Message}");
        }
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Read(JsonElement root, string separator, bool multiValued)
    {
        var secrets = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        if (multiValued)
        {
            foreach (var property in root.EnumerateObject())
            {
                var keys = new Dictionary<string, string>();
                var nested = property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
                Flatten(property.Value, nested ? "" : property.Name, separator, keys);
                secrets[property.Name] = keys;
            }
        }
        else
        {
            var flat = new Dictionary<string, string>();
            Flatten(root, "", separator, flat);
            foreach (var (name, value) in flat)
            {
                secrets[name] = new Dictionary<string, string> { [name] = value };
            }
        }

        return secrets;
    }

    private static void Flatten(JsonElement value, string name, string separator, Dictionary<string, string> into)
    {
        string Inner(string part) => name.Length == 0 ? part : name + separator + part;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    Flatten(property.Value, Inner(property.Name), separator, into);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    Flatten(item, Inner(index.ToString()), separator, into);
                }

                break;
            case JsonValueKind.Null:
                into[name] = "";
                break;
            case JsonValueKind.String:
                into[name] = value.GetString()!;
                break;
            default:
                into[name] = value.GetRawText();
                break;
        }
    }
}
