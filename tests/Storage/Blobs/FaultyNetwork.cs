using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Serverless.Storage.Tests.Blobs;

/// <summary>What goes wrong with a request.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The service says that it is busy and does nothing.</summary>
    Busy,

    /// <summary>The service does what it was asked, and its answer is lost.</summary>
    LostAnswer,
}

/// <summary>The way to a storage service: counts requests, and lets some of them go wrong.</summary>
internal sealed class FaultyNetwork(Func<Request, Fault> fault) : HttpPipelinePolicy
{
    private readonly List<(string Method, Uri Address)> requests = [];

    public IReadOnlyList<(string Method, Uri Address)> Requests => requests;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("the store is asynchronous");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        lock (requests) requests.Add((message.Request.Method.ToString(), message.Request.Uri.ToUri()));
        var wrong = fault(message.Request);
        if (wrong == Fault.Busy)
        {
            message.Response = new BusyResponse();
            return;
        }

        await ProcessNextAsync(message, pipeline);
        if (wrong == Fault.LostAnswer) throw new IOException("the connection was closed");
    }

    private sealed class BusyResponse : Response
    {
        private static readonly Dictionary<string, string> Fields = new(StringComparer.OrdinalIgnoreCase) { ["x-ms-error-code"] = "ServerBusy" };

        public override int Status => 503;

        public override bool IsError => true;

        public override string ReasonPhrase => "Server Busy";

        public override Stream? ContentStream { get; set; } = new MemoryStream();

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose()
        {
        }

        protected override bool ContainsHeader(string name) => Fields.ContainsKey(name);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => Fields.Select(field => new HttpHeader(field.Key, field.Value));

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => Fields.TryGetValue(name, out value);

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = Fields.TryGetValue(name, out var value) ? [value] : null;
            return values is not null;
        }
    }
}
