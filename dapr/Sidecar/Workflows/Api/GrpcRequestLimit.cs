using Dapr.Protocol;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Dapr.Sidecar.Workflows.Api;

/// <summary>
/// Refuses what clients send and no work item could hold (<see cref="SidecarOptions.MaxBodySize"/>): RESOURCE_EXHAUSTED, as daprd. Answers of
/// workers come in at any size: the engine judges them, and stalls the instance.
/// </summary>
internal sealed class GrpcRequestLimit(SidecarOptions options) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (request is IMessage message and not (WorkflowResponse or ActivityResponse) && message.CalculateSize() is var size && size > options.MaxBodySize)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted,
                $"the message has {size} bytes, and the sidecar takes {options.MaxBodySize}: send less, or raise its {nameof(SidecarOptions.MaxBodySize)}"));
        }

        return continuation(request, context);
    }
}
