using System.Text.Json;
using Dapr.Common.Serialization;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Serialization;
using Dapr.Workflow.Worker;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dapr.Workflow;

/// <summary>Registers workflows: the worker that runs them as a hosted service, and the client that starts them.</summary>
public static class WorkflowServiceCollectionExtensions
{
    /// <summary>Registers the workflows and activities that generated code knows of.</summary>
    public static IServiceCollection AddDaprWorkflow(this IServiceCollection services) => services.AddDaprWorkflow(_ => { });

    /// <summary>Registers workflows and activities.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Registers them and sets how they run.</param>
    /// <param name="lifetime">How long a <see cref="DaprWorkflowClient"/> lives. Default: as long as the app.</param>
    public static IServiceCollection AddDaprWorkflow(
        this IServiceCollection services, Action<WorkflowRuntimeOptions> configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddDaprWorkflowBuilder(configure, configureClient: null, lifetime).Services;
    }

    /// <summary>Registers workflows and activities, and returns a builder for more.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configureRuntime">Registers them and sets how they run.</param>
    /// <param name="configureClient">Sets up the client, which does not share the worker's serializer. Default: the defaults.</param>
    /// <param name="lifetime">How long a <see cref="DaprWorkflowClient"/> lives. Default: as long as the app.</param>
    public static DaprWorkflowBuilder AddDaprWorkflowBuilder(
        this IServiceCollection services,
        Action<WorkflowRuntimeOptions>? configureRuntime,
        Action<IServiceProvider, DaprWorkflowClientBuilder>? configureClient = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = RegisteredOptions(services);
        configureRuntime?.Invoke(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDaprSerializer>(provider =>
            provider.GetService<IWorkflowSerializer>() ?? (IDaprSerializer)new JsonDaprSerializer(WorkerJson()));
        services.TryAddSingleton<IWorkflowsFactory>(provider =>
        {
            var factory = new WorkflowsFactory();
            var registered = provider.GetRequiredService<WorkflowRuntimeOptions>();
            registered.ApplyRegistrations(factory);
            var generated = new WorkflowRuntimeOptions();
            WorkflowAutoRegistry.ApplyTo(generated);
            generated.ApplyRegistrations(factory);
            return factory;
        });
        services.AddHostedService<WorkflowWorker>();
        services.Add(new ServiceDescriptor(
            typeof(DaprWorkflowClient),
            provider =>
            {
                var builder = new DaprWorkflowClientBuilder(provider.GetService<IConfiguration>())
                {
                    Services = provider,
                    Time = provider.GetRequiredService<TimeProvider>(),
                };
                if (options.GrpcChannelOptions is { } channelOptions)
                {
                    builder.UseGrpcChannelOptions(channelOptions);
                }

                configureClient?.Invoke(provider, builder);
                return builder.Build();
            },
            lifetime));
        return new DaprWorkflowBuilder(services);
    }

    // Several registrations in one app add up.
    private static WorkflowRuntimeOptions RegisteredOptions(IServiceCollection services)
    {
        var registered = services.LastOrDefault(service => service.ServiceType == typeof(WorkflowRuntimeOptions))?.ImplementationInstance;
        if (registered is not WorkflowRuntimeOptions options)
        {
            options = new WorkflowRuntimeOptions();
            services.AddSingleton(options);
        }

        return options;
    }

    private static JsonSerializerOptions WorkerJson() => new(JsonSerializerDefaults.Web) { IncludeFields = true };

    /// <summary>Says more about workflows that were registered.</summary>
    public readonly struct DaprWorkflowBuilder : IDaprWorkflowBuilder
    {
        internal DaprWorkflowBuilder(IServiceCollection services) => Services = services;

        /// <inheritdoc/>
        public IServiceCollection Services { get; }

        /// <summary>Sets the serializer of the worker.</summary>
        public DaprWorkflowBuilder WithSerializer(IDaprSerializer serializer)
        {
            ArgumentNullException.ThrowIfNull(serializer);
            Services.Replace(ServiceDescriptor.Singleton(serializer));
            return this;
        }

        /// <summary>Sets the limits of messages. Default: null, no limit.</summary>
        /// <param name="maxReceiveMessageSize">The largest message that the worker accepts, in bytes.</param>
        /// <param name="maxSendMessageSize">The largest message that the worker sends, in bytes.</param>
        public DaprWorkflowBuilder WithGrpcMessageSizeLimits(int? maxReceiveMessageSize = null, int? maxSendMessageSize = null)
        {
            var options = RegisteredOptions(Services);
            options.UseGrpcChannelOptions(new GrpcChannelOptions
            {
                MaxReceiveMessageSize = maxReceiveMessageSize,
                MaxSendMessageSize = maxSendMessageSize,
                HttpHandler = options.GrpcChannelOptions?.HttpHandler,
            });
            return this;
        }

        /// <summary>Sets the serializer of the worker, made from the services of the app.</summary>
        public DaprWorkflowBuilder WithSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
        {
            ArgumentNullException.ThrowIfNull(serializerFactory);
            Services.Replace(ServiceDescriptor.Singleton<IDaprSerializer>(serializerFactory));
            return this;
        }

        /// <summary>Sets the serializer of the worker to JSON with options of one's own.</summary>
        public DaprWorkflowBuilder WithJsonSerializer(JsonSerializerOptions jsonOptions) => WithSerializer(new JsonDaprSerializer(jsonOptions));
    }
}
