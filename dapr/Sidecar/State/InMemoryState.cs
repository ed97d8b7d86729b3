using Dapr.Sidecar.Components;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.State;

/// <summary><c>state.in-memory</c>: like <c>state.sqlite</c>, in a database in memory that ends with the sidecar.</summary>
internal static class InMemoryState
{
    public static readonly ComponentType Type = new("state.in-memory", context => Task.FromResult<IComponent>(new SqliteState(
        context.Name,
        context.Properties.Text("keyPrefix") ?? "appid",
        SqliteStore.Open(new StoreOptions()),
        ownsStore: true,
        TimeSpan.FromMinutes(1),
        context.Time,
        context.Logger<SqliteState>())))
    {
        Properties = ["keyPrefix"],
        Ignored = ["actorStateStore"],
        Capabilities = SqliteState.Type.Capabilities,
    };
}
