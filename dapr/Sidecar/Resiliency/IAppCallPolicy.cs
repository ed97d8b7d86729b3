using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Resiliency;

/// <summary>What an app is called for: the target that resiliency policies are chosen by.</summary>
internal enum AppCallKind
{
    /// <summary>A turn of an actor: <c>targets.actors.{type}</c>.</summary>
    Actor,

    /// <summary>Service invocation: <c>targets.apps.{id}</c>.</summary>
    Invocation,
}

/// <summary>One call of an app, as often as the policy wants to make it.</summary>
/// <param name="App">The app.</param>
/// <param name="Kind">What it is called for.</param>
/// <param name="Target">The actor's type, or the app's id.</param>
/// <param name="Key">The actor's id; null for an invocation.</param>
/// <param name="CreateRequest">Makes the request anew for each attempt; its URI is relative to the app's root, or absolute.</param>
internal readonly record struct AppCall(SidecarApp App, AppCallKind Kind, string Target, string? Key, Func<HttpRequestMessage> CreateRequest);

/// <summary>Makes the calls of apps: timeouts, retries and circuit breakers go here.</summary>
internal interface IAppCallPolicy
{
    /// <summary>Calls the app; the answer's body is not yet read. Its status may be any.</summary>
    /// <exception cref="HttpRequestException">The app cannot be reached, or broke the connection.</exception>
    Task<HttpResponseMessage> SendAsync(AppCall call, CancellationToken cancellation);
}
