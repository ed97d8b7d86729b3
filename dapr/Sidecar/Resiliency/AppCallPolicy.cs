using Polly.Timeout;

namespace Dapr.Sidecar.Resiliency;

/// <summary>Calls apps under the policies of <c>targets.apps</c> and <c>targets.actors</c>. When all attempts were answered with failures, the last answer counts.</summary>
internal sealed class AppCallPolicy(ResiliencyPolicies policies) : IAppCallPolicy
{
    public async Task<HttpResponseMessage> SendAsync(AppCall call, CancellationToken cancellation)
    {
        var pipeline = call.Kind == AppCallKind.Actor ? policies.Actor(call.Target, call.Key ?? "") : policies.App(call.Target);
        HttpResponseMessage? failed = null;
        try
        {
            return await pipeline.ExecuteAsync(async token =>
            {
                failed?.Dispose();
                failed = null;
                var response = await SingleAttempt.SendOnceAsync(call, token);
                if ((int)response.StatusCode < StatusCodes.Status400BadRequest)
                {
                    return response;
                }

                failed = response;
                throw new AppStatusException((int)response.StatusCode);
            }, cancellation);
        }
        catch (AppStatusException) when (failed is not null)
        {
            return failed;
        }
        catch (Exception error) when (error is TimeoutRejectedException or CircuitOpenException)
        {
            failed?.Dispose();
            throw new HttpRequestException(error.Message, error);
        }
    }
}
