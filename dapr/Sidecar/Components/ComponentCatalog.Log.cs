namespace Dapr.Sidecar.Components;

internal sealed partial class ComponentCatalog
{
    [LoggerMessage(300, LogLevel.Information, "Component {Name} ({Type}) is loaded.")]
    private partial void LogLoaded(string name, string type);

    [LoggerMessage(301, LogLevel.Information, "Component {Name}: \"{Property}\" of {Type} has no effect in the embedded sidecar.")]
    private partial void LogIgnored(string name, string property, string type);

    [LoggerMessage(302, LogLevel.Error, "Component {Name} ({Type}) is left out, as its ignoreErrors says: {Reason}")]
    private partial void LogSkipped(string name, string type, string reason);
}
