using System.Net;
using Serverless.Api.Configuration;

namespace Serverless.Api.Hosting;

/// <summary>How the HTTP API is hosted.</summary>
public sealed class ApiOptions
{
    /// <summary>The port of the public API; 0 takes a free one. Default: 8080.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Where it listens. Any but loopback needs API keys. Default: loopback.</summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The port of the routes that the sidecar calls, on loopback only. Default: 8081.</summary>
    public int AppPort { get; init; } = 8081;

    /// <summary>Where jobs' documents are kept: a folder, or <c>az://container/path</c>. Default: the folder <c>jobs</c> in the data folder.</summary>
    public required string StorageRoot { get; init; }

    /// <summary>The file of API keys. Default: none, so that only loopback may listen.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The tenant whose jobs come by the queue. Default: default.</summary>
    public string QueueTenant { get; init; } = Security.ApiKeyAuthentication.DefaultTenant;

    /// <summary>Tenants, limits, node pools. Default: nothing is limited or declared.</summary>
    public ServiceConfig Config { get; init; } = new();

    /// <summary>Options over a data folder of this machine.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="port">The public port.</param>
    /// <param name="appPort">The sidecar's port.</param>
    /// <param name="listen">Where the public port listens.</param>
    /// <param name="config">Tenants, limits, node pools. Default: nothing is limited or declared.</param>
    public static ApiOptions Over(string folder, int port, int appPort, IPAddress listen, ServiceConfig? config = null) => new()
    {
        Port = port,
        AppPort = appPort,
        Config = config ?? new ServiceConfig(),
        ListenAddress = listen,
        StorageRoot = Path.Combine(Path.GetFullPath(folder), "jobs"),
        KeyFile = Path.Combine(Path.GetFullPath(folder), Security.ApiKeyFile.FileName),
    };
}
