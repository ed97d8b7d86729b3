using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Secrets;

/// <summary>A secret store: secrets by name, each with one or several keys.</summary>
internal interface ISecretStore : IComponent
{
    /// <summary>A secret; null where there is none of that name.</summary>
    ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(string name, CancellationToken cancellation);

    /// <summary>All secrets.</summary>
    ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellation);
}
