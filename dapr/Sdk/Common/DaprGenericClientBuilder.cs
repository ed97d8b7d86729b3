using System.Text.Json;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;

namespace Dapr.Common;

/// <summary>Where a client finds its sidecar and how it talks to it.</summary>
/// <typeparam name="TClientBuilder">The client that is built.</typeparam>
public abstract class DaprGenericClientBuilder<TClientBuilder>
    where TClientBuilder : class, IDaprClient
{
    /// <summary>A builder with the endpoint and the token of the configuration and the environment: see <see cref="DaprDefaults"/>.</summary>
    protected DaprGenericClientBuilder(IConfiguration? configuration = null)
    {
        GrpcEndpoint = DaprDefaults.GetDefaultGrpcEndpoint(configuration);
        DaprApiToken = DaprDefaults.GetDefaultDaprApiToken(configuration);
    }

    /// <summary>The options of JSON. Default: <see cref="JsonSerializerDefaults.Web"/>.</summary>
    public JsonSerializerOptions JsonSerializerOptions { get; private set; } = new(JsonSerializerDefaults.Web);

    /// <summary>The token that the sidecar asks for. Default: that of DAPR_API_TOKEN, empty when there is none.</summary>
    public string DaprApiToken { get; private set; }

    internal string GrpcEndpoint { get; private set; }

    internal GrpcChannelOptions? GrpcChannelOptions { get; private set; }

    internal TimeSpan? Timeout { get; private set; }

    /// <summary>Sets the address of the sidecar's gRPC port, for instance <c>http://127.0.0.1:50001</c>.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseGrpcEndpoint(string grpcEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(grpcEndpoint);
        GrpcEndpoint = grpcEndpoint;
        return this;
    }

    /// <summary>Sets the options of JSON.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseJsonSerializationOptions(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        JsonSerializerOptions = options;
        return this;
    }

    /// <summary>Sets the options of the channel.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseGrpcChannelOptions(GrpcChannelOptions grpcChannelOptions)
    {
        ArgumentNullException.ThrowIfNull(grpcChannelOptions);
        GrpcChannelOptions = grpcChannelOptions;
        return this;
    }

    /// <summary>Sets the token that the sidecar asks for; empty sends none.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseDaprApiToken(string apiToken)
    {
        ArgumentNullException.ThrowIfNull(apiToken);
        DaprApiToken = apiToken;
        return this;
    }

    /// <summary>Sets how long one call may take. Default: the client's own limit.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        Timeout = timeout;
        return this;
    }

    /// <summary>Builds the client, which owns its channel.</summary>
    public abstract TClientBuilder Build();
}
