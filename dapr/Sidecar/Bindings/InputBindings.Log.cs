namespace Dapr.Sidecar.Bindings;

internal sealed partial class InputBindings
{
    [LoggerMessage(350, LogLevel.Information, "Binding {Binding}: {App} takes its events at {Path}.")]
    private partial void LogWanted(string binding, string app, string path);

    [LoggerMessage(351, LogLevel.Information, "Binding {Binding}: {App} has no route {Path}, so it gets no events.")]
    private partial void LogNotWanted(string binding, string app, string path);

    [LoggerMessage(352, LogLevel.Warning, "Binding {Binding}: reading failed and is tried again: {Reason}")]
    private partial void LogFailed(string binding, string reason);

    [LoggerMessage(353, LogLevel.Warning, "Binding {Binding}: {App} did not take an event at {Path}: {Reason}.")]
    private partial void LogNotTaken(string binding, string app, string path, string reason);

    [LoggerMessage(354, LogLevel.Debug, "Binding {Binding}: reading ended: {Reason}")]
    private partial void LogEnded(string binding, string reason);
}
