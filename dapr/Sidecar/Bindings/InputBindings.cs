using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Dapr.Sidecar.Apps;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Resiliency;

namespace Dapr.Sidecar.Bindings;

/// <summary>
/// Brings what input bindings read to apps: when an app comes up it is asked with OPTIONS whether it wants a binding (404 says no), and
/// gets each event as a POST; an answer of 2xx takes the event. Reading pauses while the app is away.
/// </summary>
internal sealed partial class InputBindings(ComponentCatalog catalog, ResiliencyPolicies policies, TimeProvider time, ILogger<InputBindings> logger) : IAppObserver, IHostedService, IDisposable
{
    private static readonly TimeSpan WaitAfterFailure = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly AppTasks _tasks = new(logger);

    // What happens to one app is done in turn, to several at once.
    private readonly ConcurrentDictionary<string, (CancellationTokenSource Stop, List<Task> Readers)> _running = [];

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _tasks.EndAsync(cancellationToken);
        await Task.WhenAll(_running.Values.SelectMany(entry => entry.Readers)).WaitAsync(cancellationToken);
    }

    public void Dispose() => _stop.Dispose();

    public void AppUp(SidecarApp app, ReadOnlyMemory<byte> config) => _tasks.Run(app.Id, async () =>
    {
        await EndAsync(app);
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var readers = new List<Task>();
        _running[app.Id] = (stop, readers);
        foreach (var component in catalog.For(app.Id).Where(component => component.Instance is IInputBinding && BindingDirection.Allows(component, "input")).ToArray())
        {
            var path = (component.Properties.Text("route") ?? component.Spec.Name).TrimStart('/');
            if (await IsWantedAsync(app, component.Spec.Name, path, stop.Token))
            {
                readers.Add(Task.Run(() => ReadAsync(app, component, path, stop.Token)));
            }
        }
    });

    public void AppLost(SidecarApp app) => _tasks.Run(app.Id, () => EndAsync(app));

    private async Task EndAsync(SidecarApp app)
    {
        if (_running.TryRemove(app.Id, out var running))
        {
            await running.Stop.CancelAsync();
            await Task.WhenAll(running.Readers);
            running.Stop.Dispose();
        }
    }

    private async Task<bool> IsWantedAsync(SidecarApp app, string binding, string path, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative));
            using var response = await app.Channel!.SendAsync(request, cancellation);
            if (response.StatusCode != HttpStatusCode.NotFound)
            {
                LogWanted(binding, app.Id, path);
                return true;
            }

            LogNotWanted(binding, app.Id, path);
            return false;
        }
        catch (HttpRequestException)
        {
            // It went away again: AppUp follows when it is back.
            app.Suspect();
            return false;
        }
    }

    private async Task ReadAsync(SidecarApp app, LoadedComponent component, string path, CancellationToken cancellation)
    {
        for (var wait = TimeSpan.Zero; !cancellation.IsCancellationRequested; wait = WaitAfterFailure)
        {
            try
            {
                await Task.Delay(wait, time, cancellation);
                await ((IInputBinding)component.Instance).ReadAsync((item, token) => DeliverAsync(app, component.Spec.Name, path, item, token), cancellation);
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                LogFailed(component.Spec.Name, error.Message);
            }
            catch (Exception error)
            {
                LogEnded(component.Spec.Name, error.Message);
            }
        }
    }

    private async Task<bool> DeliverAsync(SidecarApp app, string binding, string path, BindingEvent item, CancellationToken cancellation)
    {
        try
        {
            await policies.Inbound(binding).ExecuteAsync(async token =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(item.Data) };
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(item.ContentType);
                foreach (var (name, value) in item.Metadata)
                {
                    request.Headers.TryAddWithoutValidation(name, value);
                }

                using var response = await app.Channel!.SendAsync(request, token);
                if (!response.IsSuccessStatusCode)
                {
                    throw new AppStatusException((int)response.StatusCode);
                }
            }, cancellation);
            return true;
        }
        catch (Exception error) when (error is AppStatusException or HttpRequestException or CircuitOpenException or Polly.Timeout.TimeoutRejectedException)
        {
            if (error is HttpRequestException)
            {
                app.Suspect();
            }

            LogNotTaken(binding, app.Id, path, error.Message);
            return false;
        }
    }
}
