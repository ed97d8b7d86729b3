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
                var response = await SendOnceAsync(call, token);
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

    /// <summary>One attempt. A connection that fails makes the sidecar look after the app at once.</summary>
    private static async Task<HttpResponseMessage> SendOnceAsync(AppCall call, CancellationToken cancellation)
    {
        var channel = call.App.Channel ?? throw new HttpRequestException($"app \"{call.App.Id}\" has no port that it could be called on");
        try
        {
            return await channel.SendAsync(call.CreateRequest(), cancellation);
        }
        catch (HttpRequestException)
        {
            call.App.Suspect();
            throw;
        }
    }
}
