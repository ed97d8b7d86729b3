using System.Net;
using System.Net.Sockets;
using Google.Protobuf;

namespace Serverless.EndToEnd.Tests;

/// <summary>A span, as an OTLP exporter sent it.</summary>
/// <param name="Service">Who sent it (<c>service.name</c>).</param>
/// <param name="TraceId">Its trace, hexadecimal.</param>
/// <param name="SpanId">Itself.</param>
/// <param name="ParentId">The span around it; empty for none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Attributes">Everything that it says, as one text.</param>
internal sealed record CollectedSpan(string Service, string TraceId, string SpanId, string ParentId, string Name, string Attributes);

/// <summary>Takes the traces that processes send by OTLP over HTTP, and keeps their spans. It knows the few fields of the protocol that tests look at.</summary>
internal sealed class TraceCollector : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<CollectedSpan> _spans = [];
    private readonly Task _listening;

    public TraceCollector()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _listening = ListenAsync();
    }

    public string Address { get; }

    /// <summary>What makes a process send its traces here, soon.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
    };

    public IReadOnlyList<CollectedSpan> Spans
    {
        get
        {
            lock (_spans)
            {
                return [.. _spans];
            }
        }
    }

    public void Dispose()
    {
        _listener.Close();
        _listening.Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue("the collector ends");
    }

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                if (context.Request.Url!.AbsolutePath == "/v1/traces")
                {
                    lock (_spans)
                    {
                        _spans.AddRange(Read(body.ToArray()));
                    }
                }

                context.Response.Close();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                // Closed, or a sender that was killed in the middle of a request.
            }
        }
    }

    /// <summary>ExportTraceServiceRequest.resource_spans.scope_spans.spans.</summary>
    private static IEnumerable<CollectedSpan> Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request, 1))
        {
            var service = Fields(resourceSpans, 1).SelectMany(resource => Fields(resource, 1)).Where(pair => Text(pair, 1) == "service.name")
                .Select(pair => Text(Fields(pair, 2).Single(), 1)).Single();
            foreach (var span in Fields(resourceSpans, 2).SelectMany(scope => Fields(scope, 2)))
            {
                yield return new CollectedSpan(
                    service, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), string.Join('\n', Fields(span, 9).Select(pair => System.Text.Encoding.UTF8.GetString(pair))));
            }
        }
    }

    private static string Text(byte[] message, int field) => System.Text.Encoding.UTF8.GetString(Fields(message, field).FirstOrDefault() ?? []);

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault() ?? []);

    /// <summary>The length-delimited fields of a number in a message.</summary>
    private static List<byte[]> Fields(byte[] message, int field)
    {
        List<byte[]> found = [];
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is > 0 and var tag)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }
}
