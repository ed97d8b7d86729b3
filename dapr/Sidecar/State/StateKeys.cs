namespace Dapr.Sidecar.State;

/// <summary>How keys of apps become keys of a store (https://docs.dapr.io/developing-applications/building-blocks/state-management/howto-share-state/).</summary>
internal static class StateKeys
{
    /// <summary>What separates the prefix from the key; not allowed in a key.</summary>
    public const string Separator = "||";

    /// <summary>The store's key.</summary>
    public static string Full(IStateStore store, string storeName, string appId, string key) => store.KeyPrefix.ToLowerInvariant() switch
    {
        "none" => key,
        "appid" => appId + Separator + key,
        "name" => storeName + Separator + key,
        "namespace" => "default." + appId + Separator + key,
        _ => store.KeyPrefix + Separator + key,
    };
}
