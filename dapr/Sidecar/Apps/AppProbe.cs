using System.Net;
using System.Net.Sockets;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Apps;

/// <summary>How an app answered a probe.</summary>
internal enum ProbeResult
{
    /// <summary>It answered.</summary>
    Alive,

    /// <summary>It did not answer in time, or not as it should: may pass.</summary>
    Unwell,

    /// <summary>Nobody listens.</summary>
    Gone,
}

/// <summary>
/// Questions to an app: its settings, its health, and a connection that lies idle only to notice when the process ends. Deadlines run by
/// the system's clock: what they bound is the network.
/// </summary>
internal sealed class AppProbe(SidecarApp app)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private readonly AppChannel _channel = app.Channel!;

    /// <summary>Asks for the app's settings; an app without any (404) has an empty body.</summary>
    public async Task<(ProbeResult Result, byte[] Config)> ConfigAsync(CancellationToken cancellation)
    {
        var (result, status, body) = await GetAsync("dapr/config", cancellation);
        return result == ProbeResult.Alive && status >= 500 ? (ProbeResult.Unwell, []) : (result, status is >= 200 and < 300 ? body : []);
    }

    /// <summary>
    /// Asks for the app's health. Whatever it answers, it lives: an app whose own dependencies fail goes on with its turns, only one that does
    /// not answer at all loses them.
    /// </summary>
    public async Task<ProbeResult> HealthAsync(CancellationToken cancellation) => (await GetAsync("healthz", cancellation)).Result;

    /// <summary>Ends when the app closes an idle connection or cannot be connected to.</summary>
    public async Task ClosedAsync(CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _channel.Address.Port, cancellation);
            while (await socket.ReceiveAsync(new byte[64], cancellation) > 0)
            {
                // Some servers say why they close an idle connection (408); the end comes after.
            }
        }
        catch (SocketException)
        {
            // The connection is closed: what this waits for.
        }
    }

    private async Task<(ProbeResult Result, int Status, byte[] Body)> GetAsync(string path, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(Deadline);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            using var response = await _channel.SendAsync(request, deadline.Token);
            return (ProbeResult.Alive, (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(deadline.Token));
        }
        catch (HttpRequestException error)
        {
            return (error.InnerException is SocketException ? ProbeResult.Gone : ProbeResult.Unwell, 0, []);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (ProbeResult.Unwell, 0, []);
        }
    }
}
