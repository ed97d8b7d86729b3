using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Workflows.Activities;
using Dapr.Sidecar.Workflows.Api;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Manage;
using Dapr.Sidecar.Workflows.Turns;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dapr.Sidecar.Workflows;

/// <summary>The building block: workflows over gRPC (workers, clients) and HTTP (management).</summary>
internal static class WorkflowsBlock
{
    private const int WindowSize = 1024 * 1024;

    /// <summary>Pings find workers whose connection broke without a word.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);

    public static void AddWorkflows(this IServiceCollection services)
    {
        services.AddGrpc(grpc =>
        {
            // The engine judges sizes of answers, since only it can tell a worker's answer that is too large from a broken stream.
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<GrpcErrors>();
            grpc.Interceptors.Add<GrpcRequestLimit>();
        });
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            // A client that waits for many workflows over one connection must not keep its worker's answers out.
            kestrel.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
            kestrel.Limits.Http2.InitialConnectionWindowSize = WindowSize;
            kestrel.Limits.Http2.InitialStreamWindowSize = WindowSize;
            kestrel.Limits.Http2.KeepAlivePingDelay = PingDelay;
        });
        services.AddSingleton<WorkflowMetrics>();
        services.AddSingleton<WorkflowEngine>();
        services.AddSingleton<CreateInstance>();
        services.AddSingleton<QueryInstances>();
        services.AddSingleton<RaiseEvent>();
        services.AddSingleton<SuspendInstance>();
        services.AddSingleton<TerminateInstance>();
        services.AddSingleton<TerminateChildren>();
        services.AddSingleton<PurgeInstance>();
        services.AddSingleton<RerunInstance>();
        services.AddSingleton<RefuseTurn>();
        services.AddSingleton<CompleteTurn>();
        services.AddSingleton<CompleteActivity>();
        services.AddSingleton<FireTimer>();
        services.AddSingleton<TaskHubSidecar>();
        services.AddSingleton<DaprRuntime>();
        services.AddSingleton<WorkflowRoutes>();
        services.AddSingleton<IMetadataSource, WorkflowMetadata>();
        services.AddHostedService<WorkflowsService>();
    }

    public static void MapWorkflows(this WebApplication host)
    {
        host.MapGrpcService<TaskHubSidecar>().Add(LiftBodyLimit);
        host.MapGrpcService<DaprRuntime>();
        host.Services.GetRequiredService<WorkflowRoutes>().Map(host);
    }

    private static void LiftBodyLimit(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context =>
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            {
                limit.MaxRequestBodySize = null;
            }

            return next(context);
        };
    }
}
