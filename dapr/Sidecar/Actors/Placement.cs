using System.Collections.Frozen;
using System.IO.Hashing;
using System.Text;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors;

/// <summary>
/// Which app hosts which actor: of the live apps that have the type, the one with the highest hash of (app, type, id), so that the coming
/// and going of one app moves only its own share (rendezvous hashing, Thaler and Ravishankar 1998).
/// </summary>
internal sealed class Placement(TimeProvider time)
{
    /// <summary>How long a call waits for a host of its type; daprd tries 5 times, a second apart.</summary>
    public static readonly TimeSpan WaitForHost = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ActorHost> _byApp = [];
    private volatile FrozenDictionary<string, ActorHost[]> _byType = FrozenDictionary<string, ActorHost[]>.Empty;
    private volatile TaskCompletionSource _changed = NewSignal();

    /// <summary>The apps that are up.</summary>
    public ActorHost[] Hosts
    {
        get
        {
            lock (_gate)
            {
                return [.. _byApp.Values];
            }
        }
    }

    /// <summary>The types that some live app hosts.</summary>
    public IReadOnlyCollection<string> Types => _byType.Keys;

    /// <summary>Whether a live app hosts a type.</summary>
    public bool IsHosted(string type) => _byType.ContainsKey(type);

    /// <summary>Where an actor lives now; null when no live app has its type.</summary>
    public ActorHost? Find(ActorKey key)
    {
        if (!_byType.TryGetValue(key.Type, out var hosts))
        {
            return null;
        }

        return hosts.Length == 1 ? hosts[0] : hosts.MaxBy(host => Weight(host.App.Id, key));
    }

    /// <summary>Where an actor lives, after a while if need be; null when no app with its type came up in time.</summary>
    public async ValueTask<ActorHost?> FindAsync(ActorKey key, CancellationToken cancellation)
    {
        if (Find(key) is { } now)
        {
            return now;
        }

        var deadline = Task.Delay(WaitForHost, time, cancellation);
        while (true)
        {
            var changed = _changed.Task;
            if (Find(key) is { } host)
            {
                return host;
            }

            if (await Task.WhenAny(changed, deadline) == deadline)
            {
                await deadline;
                return null;
            }
        }
    }

    /// <summary>The live host that an app is; null when it is none.</summary>
    public ActorHost? Of(SidecarApp app)
    {
        lock (_gate)
        {
            return _byApp.GetValueOrDefault(app.Id);
        }
    }

    /// <summary>Adds an app, or takes the new settings of one that is there; true when it is new.</summary>
    public bool Set(SidecarApp app, ActorAppConfig config, out ActorHost host)
    {
        ActorHost? known = null;
        ActorHost? added = null;
        Change(() =>
        {
            if (_byApp.TryGetValue(app.Id, out known))
            {
                known.Config = config;
            }
            else
            {
                _byApp[app.Id] = added = new ActorHost(app, config);
            }
        });
        host = known ?? added!;
        return added is not null;
    }

    /// <summary>Removes an app; gives the host that it was.</summary>
    public ActorHost? Remove(SidecarApp app)
    {
        ActorHost? removed = null;
        Change(() => _byApp.Remove(app.Id, out removed));
        return removed;
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            _byType = _byApp.Values
                .SelectMany(host => host.Config.Types.Keys, (host, type) => (host, type))
                .GroupBy(pair => pair.type, pair => pair.host)
                .ToFrozenDictionary(group => group.Key, group => group.ToArray());
        }

        Interlocked.Exchange(ref _changed!, NewSignal()).SetResult();
    }

    private static ulong Weight(string app, ActorKey key) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{app}\n{key.Type}\n{key.Id}"));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
