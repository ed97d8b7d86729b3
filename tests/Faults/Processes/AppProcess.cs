using Serverless.Storage;

namespace Serverless.Faults.Tests.Processes;

/// <summary>How the app is started, and where its journals are.</summary>
internal sealed class AppProcess(TemporaryFolder folder, int appPort, Uri http, Uri grpc)
{
    public ServiceProcess Start(int number, string? failpoint) => ServiceProcess.Start(
        ServiceProcess.PathOf("tests/Faults.App", "Serverless.Faults.App.dll"),
        new Dictionary<string, string>
        {
            [Failpoints.Variable] = failpoint ?? "",
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{appPort}",
            ["DAPR_HTTP_ENDPOINT"] = http.ToString(),
            ["DAPR_GRPC_ENDPOINT"] = grpc.ToString(),
            ["FAULTS_JOURNAL"] = folder[$"journal-{number:D4}"],
        });

    public IReadOnlyList<string[]> Journals() =>
        [.. Directory.GetFiles(folder.Path, "journal-*").Order(StringComparer.Ordinal).Select(Read)];

    private static string[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
