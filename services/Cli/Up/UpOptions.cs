namespace Serverless.Cli.Up;

/// <summary>What <c>serverless up</c> was asked for.</summary>
/// <param name="Workers">Worker processes.</param>
/// <param name="Port">The port of the HTTP API.</param>
/// <param name="ListenAddress">Where the HTTP API listens.</param>
/// <param name="DataFolder">Everything that this installation keeps: state, jobs, logs.</param>
/// <param name="ComponentPaths">Dapr components beside those of the product.</param>
/// <param name="Apps">Ports of the user's own apps on the sidecar, by app id.</param>
/// <param name="Devices">What each worker's engines run on, one entry a worker.</param>
/// <param name="Config">The service's configuration; null: as the environment says.</param>
internal sealed record UpOptions(
    int Workers, int Port, string ListenAddress, string DataFolder, IReadOnlyList<string> ComponentPaths, IReadOnlyDictionary<string, int> Apps,
    IReadOnlyList<string> Devices, string? Config = null)
{
    public string LogFolder => Path.Combine(DataFolder, "logs");
}
