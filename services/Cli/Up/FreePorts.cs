using System.Net;
using System.Net.Sockets;

namespace Serverless.Cli.Up;

/// <summary>Loopback ports that stay a process's own over its restarts: below the range that the system gives to outgoing connections.</summary>
internal sealed class FreePorts
{
    private const int First = 20000, End = 32768;

    private readonly HashSet<int> _taken = [];
    private int _next = Random.Shared.Next(First, End);

    /// <summary>A port that nobody listens on.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public int Take()
    {
        for (var tries = 0; tries < End - First; tries++)
        {
            var port = _next;
            _next = _next + 1 == End ? First : _next + 1;
            if (IsFree(port) && _taken.Add(port))
            {
                return port;
            }
        }

        throw new IOException($"No port of 127.0.0.1 between {First} and {End - 1} is free; end some of the processes that listen there.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
