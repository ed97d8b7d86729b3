using System.Reflection;
using System.Text.RegularExpressions;

namespace Serverless.Tests.Servers;

/// <summary>One service of Azurite on a free port of the loopback, one for the tests of a class.</summary>
public abstract class Azurite(string service) : IAsyncLifetime
{
    public const string Account = "devstoreaccount1";

    /// <summary>The emulator's documented key (https://learn.microsoft.com/azure/storage/common/storage-use-azurite).</summary>
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly string _folder = Directory.CreateTempSubdirectory("azurite-").FullName;
    private ChildProcess? _process;

    /// <summary>The address of the account.</summary>
    public string Endpoint { get; private set; } = "";

    public virtual async ValueTask InitializeAsync()
    {
        var program = typeof(Azurite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "AzuriteFolder").Value!;
        _process = new ChildProcess(
            "node",
            [Path.Combine(program, $"node_modules/azurite/dist/src/{service}/main.js"), $"--{service}Host", "127.0.0.1", $"--{service}Port", "0", "--location", _folder, "--skipApiVersionCheck", "--disableTelemetry"],
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
        GC.SuppressFinalize(this);
    }
}

/// <summary>Azurite's queues.</summary>
public sealed class AzuriteQueues() : Azurite("queue")
{
    /// <summary>The component of a queue that is a Dapr binding.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="direction"><c>input</c> or <c>output</c>.</param>
    /// <param name="metadata">More of its metadata, by name.</param>
    public string Binding(string name, string queue, string direction, params (string Name, string Value)[] metadata)
    {
        (string Name, string Value)[] all =
            [("accountName", Account), ("accountKey", Key), ("queueEndpointUrl", Endpoint), ("queueName", queue), ("direction", direction), .. metadata];
        return $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: {name}
            spec:
              type: bindings.azure.storagequeues
              version: v1
              metadata:
            {string.Join('\n', all.Select(entry => $"    - name: {entry.Name}\n      value: \"{entry.Value}\""))}

            """;
    }
}

/// <summary>Azurite's blobs.</summary>
public sealed class AzuriteBlobs() : Azurite("blob")
{
    /// <summary>What a client needs to be told.</summary>
    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Endpoint};";
}
