using System.Reflection;
using System.Text.RegularExpressions;

namespace Serverless.Sidecar.Tests.Bindings;

/// <summary>Azurite's queue service on a free port of the loopback, one for the tests of a class.</summary>
public sealed class Azurite : IAsyncLifetime
{
    public const string Account = "devstoreaccount1";

    /// <summary>The emulator's documented key (https://learn.microsoft.com/azure/storage/common/storage-use-azurite).</summary>
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly string _folder = Directory.CreateTempSubdirectory("azurite-").FullName;
    private ChildProcess? _process;

    /// <summary>The address of the account.</summary>
    public string Endpoint { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var program = typeof(Azurite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "AzuriteFolder").Value!;
        _process = new ChildProcess(
            "node",
            [Path.Combine(program, "node_modules/azurite/dist/src/queue/main.js"), "--queueHost", "127.0.0.1", "--queuePort", "0", "--location", _folder, "--skipApiVersionCheck", "--disableTelemetry"],
            _folder);
        var address = await _process.WaitAsync(output => Regex.Match(output, @"(?:listening|listens) (?:at|on) (http://127\.0\.0\.1:[1-9]\d*)") is { Success: true } match ? match.Groups[1].Value : null, "the start of Azurite");
        Endpoint = $"{address}/{Account}";
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
