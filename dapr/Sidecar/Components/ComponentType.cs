namespace Dapr.Sidecar.Components;

/// <summary>A component that runs; its building block's interface says what it does.</summary>
internal interface IComponent : IAsyncDisposable;

/// <summary>What a component is made of.</summary>
internal sealed record ComponentContext(string Name, ComponentProperties Properties, IServiceProvider Services, CancellationToken Cancellation)
{
    /// <summary>A logger named after the component's type.</summary>
    public ILogger<T> Logger<T>() => Services.GetRequiredService<ILogger<T>>();

    /// <summary>The clock.</summary>
    public TimeProvider Time => Services.GetRequiredService<TimeProvider>();
}

/// <summary>A type that a component can have: what spec.metadata may say, and how it starts.</summary>
internal sealed record ComponentType(string Name, Func<ComponentContext, Task<IComponent>> CreateAsync)
{
    /// <summary>Names that spec.metadata may hold.</summary>
    public required IReadOnlyList<string> Properties { get; init; }

    /// <summary>Names that spec.metadata may hold because daprd knows them, which have no effect here.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>What <c>/v1.0/metadata</c> says that it can do.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];
}
