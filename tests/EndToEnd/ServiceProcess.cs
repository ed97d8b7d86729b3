using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Serverless.EndToEnd.Tests;

/// <summary><c>serverless up</c> on a free port of this machine, over a data folder.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private ServiceProcess(CliProcess process, Uri address) => (Process, Address) = (process, address);

    public CliProcess Process { get; }

    public Uri Address { get; }

    /// <summary>Where its processes say what they measure: the API first, then the workers.</summary>
    public required IReadOnlyList<Uri> Metrics { get; init; }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    /// <param name="dataFolder">Its data.</param>
    /// <param name="workers">How many workers.</param>
    /// <param name="environment">What its processes find in their environment besides this one's. Default: nothing.</param>
    /// <param name="arguments">More of its command line. Default: nothing.</param>
    public static async Task<ServiceProcess> StartAsync(string dataFolder, int workers, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        var process = CliProcess.Start(
            Path.GetDirectoryName(dataFolder)!, environment, ["up", "--workers", $"{workers}", "--data", dataFolder, "--port", $"{FreePort()}", "--output", "json", .. arguments]);
        try
        {
            await Eventually.SoAsync(
                () => process.Output.Contains('\n', StringComparison.Ordinal) || process.HasExited, () => $"the service is ready:\n{process.Errors}\n{Logs(dataFolder)}");
            process.HasExited.ShouldBeFalse($"serverless up ended: {process.Errors}");
            using var report = JsonDocument.Parse(process.Output.Split('\n')[0]);
            return new ServiceProcess(process, new Uri(report.RootElement.GetProperty("url").GetString()!))
            {
                Metrics = [.. report.RootElement.GetProperty("metrics").EnumerateArray().Select(address => new Uri(address.GetString()!))],
            };
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>What its processes logged, for messages.</summary>
    public static string Logs(string dataFolder) => Directory.Exists(Path.Combine(dataFolder, "logs"))
        ? string.Join('\n', Directory.EnumerateFiles(Path.Combine(dataFolder, "logs")).Select(file => $"--- {Path.GetFileName(file)}\n{Tail(file)}"))
        : "";

    public void Dispose() => Process.Dispose();

    private static string Tail(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return string.Join('\n', reader.ReadToEnd().Split('\n').TakeLast(40));
    }

    /// <summary>A port that the system has just found free.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
