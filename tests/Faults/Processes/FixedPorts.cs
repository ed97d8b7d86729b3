using System.Net;
using System.Net.Sockets;

namespace Serverless.Faults.Tests.Processes;

/// <summary>
/// Ports that a program which is killed finds free when it comes back: below those that the system hands out to connections
/// (32768 and up), and each given out once.
/// </summary>
internal static class FixedPorts
{
    private const int Lowest = 20_000, Highest = 32_000;

    private static int _last = Environment.ProcessId * 97 % (Highest - Lowest);

    public static int Next()
    {
        for (var attempts = 0; attempts < Highest - Lowest; attempts++)
        {
            var port = Lowest + (Interlocked.Increment(ref _last) % (Highest - Lowest));
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {Lowest} to {Highest} is free.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
