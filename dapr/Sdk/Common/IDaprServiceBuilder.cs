using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Common;

/// <summary>What the registration of a Dapr building block returns, so that more can be said about it.</summary>
public interface IDaprServiceBuilder
{
    /// <summary>The collection into which the building block was registered.</summary>
    IServiceCollection Services { get; }
}
