using Dapr.Protocol.Runtime;
using Dapr.Sidecar.Hosting;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Sidecar.Workflows.Api;

/// <summary>The part of <c>dapr.proto.runtime.v1.Dapr</c> by which SDKs that use workflows see that their sidecar is there.</summary>
internal sealed class DaprRuntime(AppDirectory apps, MetadataRoutes metadata, IHostApplicationLifetime lifetime) : Protocol.Runtime.Dapr.DaprBase
{
    private static readonly JsonParser _parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public override Task<GetMetadataResponse> GetMetadata(GetMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(_parser.Parse<GetMetadataResponse>(metadata.Describe(apps.Of(context.GetHttpContext())).ToJsonString()));

    public override Task<Empty> SetMetadata(SetMetadataRequest request, ServerCallContext context)
    {
        metadata.Set(apps.Of(context.GetHttpContext()), request.Key, request.Value);
        return Task.FromResult(new Empty());
    }

    public override Task<Empty> Shutdown(ShutdownRequest request, ServerCallContext context)
    {
        context.GetHttpContext().Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return Task.FromResult(new Empty());
    }
}
