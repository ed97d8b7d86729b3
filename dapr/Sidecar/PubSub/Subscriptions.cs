using System.Collections.Concurrent;
using System.Text.Json;
using Dapr.Sidecar.Apps;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Resiliency;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.PubSub;

/// <summary>
/// Follows the subscriptions of apps: those that an app names at <c>/dapr/subscribe</c> when it comes up, and those of <c>kind:
/// Subscription</c> files. Deliveries pause while an app is away.
/// </summary>
internal sealed partial class Subscriptions(
    Resources resources, ComponentCatalog catalog, ResiliencyPolicies policies, TimeProvider time, ILoggerFactory loggers, ILogger<Subscriptions> logger) : IAppObserver, IHostedService, IDisposable
{
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1);
    private readonly (AppSubscription Subscription, IReadOnlyList<string> Scopes)[] _declared = [.. resources.Of("Subscription").Select(AppSubscription.Read)];
    private readonly CancellationTokenSource _stop = new();
    private readonly AppTasks _tasks = new(logger);
    // What happens to one app is done in turn, to several at once.
    private readonly ConcurrentDictionary<string, List<IAsyncDisposable>> _running = [];
    private readonly ConcurrentDictionary<string, IReadOnlyList<AppSubscription>> _known = new();

    /// <summary>What is delivered to an app at present; nothing while it is away.</summary>
    public IReadOnlyList<AppSubscription> Of(string appId) => _known.GetValueOrDefault(appId, []);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _tasks.EndAsync(cancellationToken);
        foreach (var subscription in _running.Values.SelectMany(list => list))
        {
            await subscription.DisposeAsync();
        }
    }

    public void Dispose() => _stop.Dispose();

    public void AppUp(SidecarApp app, ReadOnlyMemory<byte> config) => _tasks.Run(app.Id, async () =>
    {
        for (var again = true; again && !_stop.IsCancellationRequested;)
        {
            try
            {
                await ResubscribeAsync(app);
                again = false;
            }
            catch (StoreException error)
            {
                LogStore(app.Id, error.Message);
                await Task.Delay(RetryWait, time, _stop.Token);
            }
        }
    });

    public void AppLost(SidecarApp app) => _tasks.Run(app.Id, () => StopAsync(app));

    private async Task StopAsync(SidecarApp app)
    {
        _known.TryRemove(app.Id, out _);
        if (_running.TryRemove(app.Id, out var subscriptions))
        {
            foreach (var subscription in subscriptions)
            {
                await subscription.DisposeAsync();
            }
        }
    }

    private async Task ResubscribeAsync(SidecarApp app)
    {
        await StopAsync(app);
        if (_stop.IsCancellationRequested || !catalog.Any<IPubSub>(app))
        {
            return;
        }

        if (await AskAsync(app) is not { } asked)
        {
            // What it wants is not known: what is stored for it stays.
            return;
        }

        var wanted = _declared.Where(entry => entry.Scopes.Count == 0 || entry.Scopes.Contains(app.Id)).Select(entry => entry.Subscription)
            .Concat(asked).DistinctBy(subscription => (subscription.PubSub, subscription.Topic)).ToArray();
        foreach (var missing in wanted.Where(subscription => !catalog.TryGet<IPubSub>(app, subscription.PubSub, out _)))
        {
            LogNoPubSub(app.Id, missing.Topic, missing.PubSub);
        }

        var running = _running[app.Id] = [];
        foreach (var component in catalog.For(app.Id).ToArray())
        {
            if (component.Instance is IPubSub bus)
            {
                var mine = wanted.Where(subscription => subscription.PubSub == component.Spec.Name).ToArray();
                await bus.KeepSubscriptionsAsync(app.Id, [.. mine.Select(subscription => subscription.Topic)]);
                running.AddRange(mine.Select(subscription =>
                {
                    var delivery = new EventDelivery(app, subscription, policies, time, loggers.CreateLogger<EventDelivery>());
                    return bus.Subscribe(new Subscriber(app.Id, subscription.Topic, subscription.DeadLetterTopic, delivery.DeliverAsync));
                }));
            }
        }

        _known[app.Id] = [.. wanted.Where(subscription => catalog.TryGet<IPubSub>(app, subscription.PubSub, out _))];
    }

    /// <summary>Asks the app until it answers; none when it does not know the question, null when that stays unknown.</summary>
    private async Task<IReadOnlyList<AppSubscription>?> AskAsync(SidecarApp app)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("dapr/subscribe", UriKind.Relative));
                using var response = await app.Channel!.SendAsync(request, _stop.Token);
                if ((int)response.StatusCode < 500)
                {
                    return response.IsSuccessStatusCode ? AppSubscription.ReadAnswer(JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(_stop.Token))) : [];
                }
            }
            catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
            {
                LogBadAnswer(app.Id, error.Message);
                return null;
            }
            catch (HttpRequestException)
            {
                // It went away again: AppUp follows when it is back.
                app.Suspect();
                return null;
            }

            await Task.Delay(RetryWait, time, _stop.Token);
        }

        return null;
    }

    [LoggerMessage(345, LogLevel.Error, "App {App}: its subscriptions could not be stored, which is tried again: {Reason}")]
    private partial void LogStore(string app, string reason);

    [LoggerMessage(343, LogLevel.Error, "App {App} subscribes to topic {Topic} of {PubSub}, which is no pub/sub component that it sees.")]
    private partial void LogNoPubSub(string app, string topic, string pubSub);

    [LoggerMessage(344, LogLevel.Error, "App {App}: its answer to GET /dapr/subscribe is wrong, so it is subscribed to nothing by it: {Reason}")]
    private partial void LogBadAnswer(string app, string reason);
}
