namespace Dapr.Sidecar.Resiliency;

/// <summary>The policy where none is configured: one attempt, no deadline.</summary>
internal sealed class SingleAttempt : IAppCallPolicy
{
    public Task<HttpResponseMessage> SendAsync(AppCall call, CancellationToken cancellation) => SendOnceAsync(call, cancellation);

    /// <summary>One attempt. A connection that fails makes the sidecar look after the app at once.</summary>
    public static async Task<HttpResponseMessage> SendOnceAsync(AppCall call, CancellationToken cancellation)
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
