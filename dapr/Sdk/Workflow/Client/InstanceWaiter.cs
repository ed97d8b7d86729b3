using Dapr.Protocol;
using Grpc.Core;

namespace Dapr.Workflow.Client;

/// <summary>
/// Waits for an instance with calls that each have a deadline. A sidecar that is away, or that answers nothing in time, is asked again; one
/// that lets callers wait for an instance that does not exist is found out by asking for its state.
/// </summary>
internal sealed class InstanceWaiter(SidecarConnection sidecar, TimeSpan limit)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>The state of the instance once it is as the method waits for.</summary>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    public async Task<Protocol.WorkflowState> WaitAsync(
        Func<GetInstanceRequest, CallOptions, AsyncUnaryCall<GetInstanceResponse>> method,
        string instanceId,
        bool getInputsAndOutputs,
        CancellationToken cancellation)
    {
        var request = new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = getInputsAndOutputs };
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return Existing(await CallAsync(method, request, cancellation).ConfigureAwait(false), instanceId);
            }
            catch (RpcException failure) when (failure.StatusCode is StatusCode.NotFound)
            {
                throw Missing(instanceId);
            }
            catch (RpcException failure) when (failure.StatusCode is StatusCode.Cancelled && cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(failure.Status.Detail, failure, cancellation);
            }
            catch (RpcException failure) when (failure.StatusCode is StatusCode.DeadlineExceeded)
            {
                await CheckExistsAsync(instanceId, cancellation).ConfigureAwait(false);
            }
            catch (RpcException failure) when (failure.StatusCode is StatusCode.Unavailable)
            {
                // Asked again below.
            }

            await Task.Delay(pause, sidecar.Time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task CheckExistsAsync(string instanceId, CancellationToken cancellation)
    {
        try
        {
            Existing(
                await CallAsync(sidecar.Client.GetInstanceAsync, new GetInstanceRequest { InstanceId = instanceId }, cancellation).ConfigureAwait(false),
                instanceId);
        }
        catch (RpcException failure) when (failure.StatusCode is StatusCode.DeadlineExceeded or StatusCode.Unavailable)
        {
            // Nothing is known of it: the wait goes on.
        }
        catch (RpcException failure) when (failure.StatusCode is StatusCode.NotFound)
        {
            throw Missing(instanceId);
        }
    }

    private async Task<GetInstanceResponse> CallAsync(
        Func<GetInstanceRequest, CallOptions, AsyncUnaryCall<GetInstanceResponse>> method, GetInstanceRequest request, CancellationToken cancellation)
    {
        using var call = method(request, sidecar.Call(limit, cancellation));
        return await call.ResponseAsync.ConfigureAwait(false);
    }

    private static Protocol.WorkflowState Existing(GetInstanceResponse response, string instanceId) =>
        response.Exists && response.WorkflowState is { } state ? state : throw Missing(instanceId);

    private static InvalidOperationException Missing(string instanceId) => new($"Workflow instance '{instanceId}' does not exist");
}
