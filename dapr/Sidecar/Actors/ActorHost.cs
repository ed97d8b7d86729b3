using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors;

/// <summary>An app as a host of actors, for as long as it is up without a break.</summary>
internal sealed class ActorHost
{
    private readonly Action _lose;

    public ActorHost(SidecarApp app, ActorAppConfig config)
    {
        App = app;
        Config = config;

        // Never disposed: calls may still hold the token of a host that is long gone, and without a timer there is nothing to free.
        var lost = new CancellationTokenSource();
        Lost = lost.Token;
        _lose = lost.Cancel;
    }

    public SidecarApp App { get; }

    /// <summary>What the app says about its actors; it may say something else later.</summary>
    public ActorAppConfig Config { get; internal set; }

    /// <summary>Ends when the app is lost: calls that still run on it fail then.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Fails what runs on the app.</summary>
    public void Lose() => _lose();
}
