using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Serverless.Tests.Servers;

/// <summary>A call of the API.</summary>
public sealed record OpenAICall(string Path, IReadOnlyDictionary<string, string> Headers, JsonObject Body)
{
    /// <summary>What is asked: the last message or the prompt.</summary>
    public string Text => (Body["messages"]?.AsArray()[^1]!["content"] ?? Body["prompt"])!.GetValue<string>();
}

/// <summary>What the server does about a call; status 0 closes the connection without a word.</summary>
public sealed record OpenAIReply(int Status, string Body, params (string Name, string Value)[] Headers)
{
    /// <summary>An error as the API writes it.</summary>
    public static OpenAIReply Error(int status, string message, string? code = null, params (string Name, string Value)[] headers) =>
        new(status, new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["code"] = code } }.ToJsonString(), headers);

    /// <summary>The text in upper case, as each of <c>n</c> answers; every character counts as a token.</summary>
    public static OpenAIReply Upper(OpenAICall call)
    {
        var (text, n) = (call.Text.ToUpperInvariant(), call.Body["n"]?.GetValue<int>() ?? 1);
        var choices = Enumerable.Range(0, n).Select(index => call.Path.EndsWith("/chat/completions", StringComparison.Ordinal)
            ? new JsonObject { ["index"] = index, ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text }, ["finish_reason"] = "stop" }
            : new JsonObject { ["index"] = index, ["text"] = text, ["finish_reason"] = "length" });
        return new(200, new JsonObject
        {
            ["choices"] = new JsonArray([.. choices]),
            ["usage"] = new JsonObject { ["prompt_tokens"] = text.Length, ["completion_tokens"] = text.Length * n, ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 1 } },
        }.ToJsonString());
    }
}

/// <summary>A server that speaks the OpenAI API on a port of the loopback of its own, one call a connection.</summary>
public sealed class OpenAIServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<OpenAICall, Task<OpenAIReply>> _answer;

    public OpenAIServer(Func<OpenAICall, OpenAIReply> answer)
        : this(call => Task.FromResult(answer(call)))
    {
    }

    public OpenAIServer(Func<OpenAICall, Task<OpenAIReply>> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");
        _ = AcceptAsync();
    }

    /// <summary>The base URL.</summary>
    public Uri Address { get; }

    public ConcurrentQueue<OpenAICall> Calls { get; } = [];

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var call = await ReadAsync(stream);
                Calls.Enqueue(call);
                var reply = await _answer(call);
                if (reply.Status == 0)
                {
                    return;
                }

                var body = Encoding.UTF8.GetBytes(reply.Body);
                var head = new StringBuilder($"HTTP/1.1 {reply.Status} Reply\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n");
                foreach (var (name, value) in reply.Headers)
                {
                    head.Append(name).Append(": ").Append(value).Append("\r\n");
                }

                await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
                await stream.WriteAsync(body, _stop.Token);
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
        {
            // The client went away, or the server does.
        }
    }

    private async Task<OpenAICall> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!Encoding.ASCII.GetString([.. head.TakeLast(4)]).Equals("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers["Content-Length"])];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new OpenAICall(lines[0].Split(' ')[1], headers, JsonNode.Parse(body)!.AsObject());
    }
}
