using Dapr.Sidecar.Store;
using Dapr.Sidecar.Workflows.Rows;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Dapr.Sidecar.Workflows.Api;

/// <summary>Brings errors of the engine into the form that clients of daprd know: status Unknown and the text that they match on.</summary>
internal sealed class GrpcErrors : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (WorkflowException error)
        {
            throw new RpcException(new Status(StatusCode.Unknown, error.Message));
        }
        catch (StoreException error)
        {
            throw new RpcException(new Status(error.Failure == StoreFailure.Full ? StatusCode.ResourceExhausted : StatusCode.Unavailable, error.Message));
        }
        catch (StaleInstanceException error)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, error.Message));
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The sidecar stops, or the caller has gone."));
        }
    }
}
