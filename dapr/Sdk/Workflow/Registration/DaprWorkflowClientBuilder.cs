using System.Text.Json;
using Dapr.Common;
using Dapr.Common.Serialization;
using Dapr.Workflow.Serialization;
using Microsoft.Extensions.Configuration;

namespace Dapr.Workflow.Registration;

/// <summary>Builds a client. Its serializer is its own, JSON with the defaults of the web, not that of the worker.</summary>
public sealed class DaprWorkflowClientBuilder : DaprGenericClientBuilder<DaprWorkflowClient>
{
    private IDaprSerializer? serializer;
    private Func<IServiceProvider, IWorkflowSerializer>? serializerFactory;

    /// <summary>A builder with the endpoint and the token of the configuration and the environment: see <see cref="DaprDefaults"/>.</summary>
    public DaprWorkflowClientBuilder(IConfiguration? configuration = null)
        : base(configuration)
    {
    }

    internal IServiceProvider? Services { get; set; }

    internal TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Sets the serializer.</summary>
    public DaprWorkflowClientBuilder UseSerializer(IDaprSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        this.serializer = serializer;
        return this;
    }

    /// <summary>Sets the serializer, made from the services of the app. Only for clients that are registered with AddDaprWorkflowBuilder.</summary>
    public DaprWorkflowClientBuilder UseSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
    {
        ArgumentNullException.ThrowIfNull(serializerFactory);
        this.serializerFactory = serializerFactory;
        return this;
    }

    /// <summary>Sets the serializer to JSON with options of one's own.</summary>
    public DaprWorkflowClientBuilder UseJsonSerializer(JsonSerializerOptions jsonOptions) => UseSerializer(new JsonDaprSerializer(jsonOptions));

    /// <summary>Builds the client, which owns its channel.</summary>
    /// <exception cref="InvalidOperationException">The serializer is to be made from services, and there are none.</exception>
    public override DaprWorkflowClient Build() =>
        new(new SidecarConnection(GrpcEndpoint, DaprApiToken, GrpcChannelOptions, Time), Serializer(), Timeout ?? SidecarConnection.CallLimit);

    private IDaprSerializer Serializer() => serializerFactory switch
    {
        null => serializer ?? new JsonDaprSerializer(JsonSerializerOptions),
        _ when Services is null => throw new InvalidOperationException(
            "The serializer is made from services, but this builder has none: register the client with AddDaprWorkflowBuilder or pass a serializer."),
        _ => serializerFactory(Services),
    };
}
