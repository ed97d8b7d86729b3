namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>The component files that the suite's sidecars read.</summary>
internal static class Components
{
    private static readonly string Folder = Clone.PathOf("tests", "Conformance", "Dapr", "components");

    /// <summary>The arguments for a state store that holds actors.</summary>
    public static string[] State { get; } = ["--components-path", Path.Combine(Folder, "state")];

    /// <summary>The arguments for components of every building block.</summary>
    public static string[] All { get; } = [.. State, "--components-path", Path.Combine(Folder, "blocks")];
}
