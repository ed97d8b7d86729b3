using System.Net;
using System.Reflection;
using Dapr.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace Dapr.Workflow;

/// <summary>The channel to a sidecar and what every call on it carries: a deadline, the token, who calls.</summary>
internal sealed class SidecarConnection : IDisposable
{
    /// <summary>How long a call may take that does not wait for a workflow.</summary>
    public static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(60);

    private static readonly string UserAgent = "dapr-sdk-dotnet/" + Version;

    private readonly GrpcChannel channel;
    private readonly Metadata headers;

    public SidecarConnection(string endpoint, string apiToken, GrpcChannelOptions? options, TimeProvider time)
    {
        Time = time;
        var handler = options?.HttpHandler;
        channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            HttpHandler = handler ?? Handler(),
            DisposeHttpClient = handler is null,
            // A history may be of any size: the sidecar decides what it sends.
            MaxReceiveMessageSize = options?.MaxReceiveMessageSize is { } limit and not DefaultReceiveLimit ? limit : null,
            MaxSendMessageSize = options?.MaxSendMessageSize,
        });
        headers = new Metadata { { "user-agent", UserAgent } };
        if (apiToken.Length > 0)
        {
            headers.Add("dapr-api-token", apiToken);
        }

        Client = new TaskHubSidecarService.TaskHubSidecarServiceClient(channel);
        Endpoint = endpoint;
    }

    // What GrpcChannelOptions says when nobody has set a limit.
    private const int DefaultReceiveLimit = 4 * 1024 * 1024;

    public TaskHubSidecarService.TaskHubSidecarServiceClient Client { get; }

    public string Endpoint { get; }

    public TimeProvider Time { get; }

    private static string Version =>
        typeof(SidecarConnection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>A call with a deadline. gRPC measures it by the system's clock, whatever clock the app runs on.</summary>
    public CallOptions Call(TimeSpan limit, CancellationToken cancellation = default) =>
        new(headers, TimeProvider.System.GetUtcNow().UtcDateTime + limit, cancellation);

    /// <summary>A call that ends when it is cancelled or the connection breaks.</summary>
    public CallOptions Stream(CancellationToken cancellation) => new(headers, deadline: null, cancellation);

    public void Dispose() => channel.Dispose();

    // Pings find connections that are gone without a word while a stream waits.
    private static SocketsHttpHandler Handler() => new()
    {
        EnableMultipleHttp2Connections = true,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        AutomaticDecompression = DecompressionMethods.None,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
    };
}
