namespace Serverless.Api.Hosting;

/// <summary>
/// <c>/healthz/live</c>: the process answers; it looks at nothing else. <c>/healthz/ready</c>: the sidecar is there, and a workflow worker is connected to it.
/// <c>/healthz/startup</c>: as ready. On both ports: probes come from either side.
/// </summary>
internal static class Health
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/healthz/live", () => Results.Ok()).WithMetadata(PublicRoute.Instance).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/healthz/ready", ReadyAsync).WithMetadata(PublicRoute.Instance).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/healthz/startup", ReadyAsync).WithMetadata(PublicRoute.Instance).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(SidecarWatchdog watchdog, CancellationToken cancellation) => await watchdog.LookAsync(cancellation) switch
    {
        SidecarSight.Ready => Results.Ok(),
        SidecarSight.WithoutWorker => NotReady("The workflow worker is not connected to the sidecar yet."),
        _ => NotReady("The sidecar cannot be reached."),
    };

    private static IResult NotReady(string why) => Problems.Of(StatusCodes.Status503ServiceUnavailable, "not_ready", why);
}
