using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Serverless.Inference.Tests.Loading.Hub;

/// <summary>A request that the server got.</summary>
internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>First byte that is asked for; 0 without a Range header.</summary>
    public int From => Headers.TryGetValue("range", out string? range) ? int.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;
}

/// <summary>What the server does about a request.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Body">The whole body, of which Content-Length speaks.</param>
/// <param name="Headers">Further headers.</param>
internal sealed record Reply(int Status, byte[]? Body = null, params (string Name, string Value)[] Headers)
{
    /// <summary>Bytes of the body after which the connection is cut.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Bytes of the body after which nothing more comes, until the server is disposed.</summary>
    public int? HangAfter { get; init; }
}

/// <summary>An HTTP server on a loopback port of its own, one request a connection, whose replies may break off anywhere.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<Request, Reply> handler;

    public LoopbackServer(Func<Request, Reply> handler)
    {
        this.handler = handler;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    public ConcurrentQueue<Request> Requests { get; } = [];

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var request = await ReadAsync(stream);
                Requests.Enqueue(request);
                await WriteAsync(stream, request, handler(request));
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // The client went away, or the server does.
        }
    }

    private async Task<Request> ReadAsync(Stream stream)
    {
        var text = new List<byte>();
        byte[] one = new byte[1];
        while (!CollectionEndsWith(text, "\r\n\r\n"u8) && await stream.ReadAsync(one, stop.Token) > 0) text.Add(one[0]);
        string[] lines = Encoding.ASCII.GetString([.. text]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0) throw new IOException("no request");
        string[] first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1]);
        return new Request(first[0], first[1], headers);
    }

    private async Task WriteAsync(Stream stream, Request request, Reply reply)
    {
        byte[] body = reply.Body ?? [];
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Reply\r\nConnection: close\r\nContent-Length: {body.Length}\r\n");
        foreach (var (name, value) in reply.Headers) head.Append(name).Append(": ").Append(value).Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), stop.Token);
        if (request.Method == "HEAD") return;
        await stream.WriteAsync(body.AsMemory(0, reply.CutAfter ?? reply.HangAfter ?? body.Length), stop.Token);
        if (reply.HangAfter is not null) await Task.Delay(Timeout.Infinite, stop.Token);
    }

    private static bool CollectionEndsWith(List<byte> text, ReadOnlySpan<byte> end) =>
        text.Count >= end.Length && System.Runtime.InteropServices.CollectionsMarshal.AsSpan(text).EndsWith(end);
}
