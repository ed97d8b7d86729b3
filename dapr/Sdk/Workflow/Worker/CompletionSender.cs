using Dapr.Protocol;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Delivers what has been done. A call that fails is repeated until it works or the connection that brought the work ends, after which the
/// sidecar brings it again; what was done is never turned into a failure.
/// </summary>
internal sealed class CompletionSender(SidecarConnection sidecar, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Delivers a turn's answer.</summary>
    public Task SendAsync(WorkflowResponse response, CancellationToken connectionEnded) =>
        DeliverAsync(
            static (client, message, options) => client.CompleteOrchestratorTaskAsync(message, options), response,
            static message => $"The turn of instance {message.InstanceId}", connectionEnded);

    /// <summary>Delivers an activity's result.</summary>
    public Task SendAsync(ActivityResponse response, CancellationToken connectionEnded) =>
        DeliverAsync(
            static (client, message, options) => client.CompleteActivityTaskAsync(message, options), response,
            static message => $"The result of activity {message.TaskId} of instance {message.InstanceId}", connectionEnded);

    private async Task DeliverAsync<T>(
        Func<TaskHubSidecarService.TaskHubSidecarServiceClient, T, CallOptions, AsyncUnaryCall<CompleteTaskResponse>> call,
        T message,
        Func<T, string> describe,
        CancellationToken connectionEnded)
    {
        var backoff = new Backoff();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var delivery = call(sidecar.Client, message, sidecar.Call(Limit, CancellationToken.None));
                await delivery.ResponseAsync.ConfigureAwait(false);
                return;
            }
            catch (Exception failure)
            {
                if (connectionEnded.IsCancellationRequested)
                {
                    Log.DeliveryAbandoned(logger, describe(message), Reason(failure));
                    return;
                }

                var delay = backoff.Next();
                Log.DeliveryFailed(logger, describe(message), attempt, delay, Reason(failure));
                await Task.Delay(delay, time, connectionEnded).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static string Reason(Exception failure) => failure is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : failure.Message;
}
