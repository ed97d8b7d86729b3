using Dapr.Sidecar.Bindings;
using Dapr.Sidecar.PubSub;
using Dapr.Sidecar.Secrets;
using Dapr.Sidecar.State;

namespace Dapr.Sidecar.Components;

/// <summary>The component types of this sidecar.</summary>
internal static class ComponentTypes
{
    private static readonly Dictionary<string, ComponentType> All = new ComponentType[]
    {
        CronBinding.Type,
        HttpBinding.Type,
        LocalStorageBinding.Type,
        RabbitMqBinding.Type,
        StorageQueueBinding.Type,
        SqlitePubSub.InMemory,
        SqlitePubSub.Sqlite,
        InMemoryState.Type,
        SqliteState.Type,
        EnvironmentSecrets.Type,
        FileSecrets.Type,
    }.ToDictionary(type => type.Name);

    /// <summary>The type of a component.</summary>
    /// <exception cref="ComponentException">There is no such type here.</exception>
    public static ComponentType Get(ComponentSpec spec) =>
        All.TryGetValue(spec.Type, out var type) ? type
        : throw spec.Root["spec"]["type"].Error($"is \"{spec.Type}\", which the embedded sidecar does not have{Nearest.Hint(spec.Type, All.Keys)}; it has: {string.Join(", ", All.Keys.Order())}");
}
