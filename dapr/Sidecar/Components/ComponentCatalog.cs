using System.Diagnostics.CodeAnalysis;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Components;

/// <summary>A component that started.</summary>
internal sealed record LoadedComponent(ComponentSpec Spec, ComponentType Type, ComponentProperties Properties, IComponent Instance);

/// <summary>The components that run. They start with the sidecar, secret stores first, and end with it; an app sees those that are scoped to it.</summary>
internal sealed partial class ComponentCatalog(
    Resources resources, ConfigurationSpec configuration, AppDirectory apps, IServiceProvider services, ILogger<ComponentCatalog> logger) : IHostedService, IAsyncDisposable
{
    private readonly List<LoadedComponent> _loaded = [];

    /// <summary>All components, in the order in which they started.</summary>
    public IReadOnlyList<LoadedComponent> All => _loaded;

    /// <summary>The components that an app sees.</summary>
    public IEnumerable<LoadedComponent> For(string appId) => _loaded.Where(component => component.Spec.IsFor(appId));

    /// <summary>A component of an app by its name.</summary>
    public bool TryGet<T>(SidecarApp app, string name, [NotNullWhen(true)] out T? component)
        where T : class, IComponent
    {
        component = For(app.Id).FirstOrDefault(candidate => candidate.Spec.Name == name && candidate.Instance is T)?.Instance as T;
        return component is not null;
    }

    /// <summary>Whether an app sees any component of a kind.</summary>
    public bool Any<T>(SidecarApp app)
        where T : class, IComponent => For(app.Id).Any(component => component.Instance is T);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var specs = resources.Of("Component").Select(ComponentSpec.Read).Select(spec => (Spec: spec, Type: ComponentTypes.Get(spec))).ToArray();
        RefuseDuplicates([.. specs.Select(entry => entry.Spec)]);
        foreach (var (spec, type) in specs.OrderBy(entry => entry.Spec.Type.StartsWith("secretstores.", StringComparison.Ordinal) ? 0 : 1))
        {
            if (apps.All.Any(app => spec.IsFor(app.Id)))
            {
                if (configuration.DeniedComponents.Any(denied => denied == spec.Type || denied == $"{spec.Type}/{spec.Version}"))
                {
                    throw spec.Root["spec"]["type"].Error($"is \"{spec.Type}\", which the Configuration's components.deny forbids");
                }

                await LoadAsync(spec, type, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var component in Enumerable.Reverse(_loaded))
        {
            await component.Instance.DisposeAsync();
        }

        _loaded.Clear();
    }

    private async Task LoadAsync(ComponentSpec spec, ComponentType type, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(spec.InitTimeout, services.GetRequiredService<TimeProvider>());
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            var properties = await PropertyResolver.ResolveAsync(spec, this, linked.Token);
            properties.Allow(spec.Type, [.. type.Properties, .. type.Ignored]);
            foreach (var name in properties.Names.Where(name => type.Ignored.Contains(name, StringComparer.OrdinalIgnoreCase)))
            {
                LogIgnored(spec.Name, name, spec.Type);
            }

            var instance = await type.CreateAsync(new ComponentContext(spec.Name, properties, services, linked.Token)).WaitAsync(linked.Token);
            _loaded.Add(new LoadedComponent(spec, type, properties, instance));
            LogLoaded(spec.Name, spec.Type);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            var reason = timeout.IsCancellationRequested
                ? $"it did not start within {spec.InitTimeout.TotalSeconds} s (spec.initTimeout)"
                : error.Message;
            if (!spec.IgnoreErrors)
            {
                throw error as ComponentException ?? new ComponentException($"{spec.Root.Place}: component \"{spec.Name}\" ({spec.Type}): {reason}", error);
            }

            LogSkipped(spec.Name, spec.Type, reason);
        }
    }

    private void RefuseDuplicates(IReadOnlyList<ComponentSpec> specs)
    {
        foreach (var app in apps.All)
        {
            var twice = specs.Where(spec => spec.IsFor(app.Id)).GroupBy(spec => spec.Name).FirstOrDefault(group => group.Count() > 1);
            if (twice is not null)
            {
                throw twice.Last().Root["metadata"]["name"].Error($"is \"{twice.Key}\", as in {twice.First().Root.Place}: an app sees one component of a name (scopes tell them apart)");
            }
        }
    }
}
