using System.Net;
using System.Net.Sockets;

namespace Dapr.Sidecar.Hosting;

/// <summary>Ports that are free.</summary>
internal static class Ports
{
    /// <summary>The port asked for, or, for 0, one that the system says is free.</summary>
    public static int Choose(IPAddress address, int port)
    {
        if (port != 0)
        {
            return port;
        }

        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
