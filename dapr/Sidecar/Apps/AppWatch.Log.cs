namespace Dapr.Sidecar.Apps;

internal static partial class AppWatchLog
{
    [LoggerMessage(1001, LogLevel.Information, "App {App} answers on {Address}")]
    public static partial void AppUp(this ILogger<AppWatch> log, string app, Uri address);

    [LoggerMessage(1002, LogLevel.Warning, "App {App} answers no more: its actors move, its work waits until it is back")]
    public static partial void AppLost(this ILogger<AppWatch> log, string app);

    [LoggerMessage(1003, LogLevel.Warning, "App {App} listens on {Address} but does not answer GET /dapr/config (plain HTTP/1.1) in 5 s, or with an error: it is asked again until it does")]
    public static partial void AppUnwell(this ILogger<AppWatch> log, string app, Uri address);
}
