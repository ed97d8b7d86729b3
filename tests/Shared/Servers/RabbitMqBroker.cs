using System.Net;
using System.Net.Sockets;

namespace Serverless.Tests.Servers;

/// <summary>
/// A RabbitMQ broker of its own in a temporary folder, with an epmd of its own, on free ports of the loopback, one for the tests of a class;
/// <c>tests/run.sh</c> installs Debian's package.
/// </summary>
public sealed class RabbitMqBroker : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/sbin/rabbitmq-server"];
    private readonly string _folder = Directory.CreateTempSubdirectory("rabbitmq-").FullName;
    private readonly int _port = FreePort(), _distribution = FreePort(), _epmd = FreePort();
    private ChildProcess? _names;
    private ChildProcess? _broker;

    /// <summary>The address of the broker.</summary>
    public string Address => $"amqp://guest:guest@127.0.0.1:{_port}";

    public async ValueTask InitializeAsync()
    {
        var program = Places.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException("rabbitmq-server is not installed; tests/run.sh installs it (apt-get install rabbitmq-server)");
        await StartAsync(program);
    }

    /// <summary>Ends the broker and starts it again on the same port with what it stored.</summary>
    public async Task RestartAsync()
    {
        await _broker!.DisposeAsync();
        await StartAsync(Places.First(File.Exists));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _broker, _names })
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(string program)
    {
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = _folder,
            ["RABBITMQ_NODE_PORT"] = $"{_port}",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_DIST_PORT"] = $"{_distribution}",
            ["RABBITMQ_NODENAME"] = $"test{_port}@localhost",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_PID_FILE"] = Path.Combine(_folder, "pid"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "plugins"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(_folder, "none.conf"),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
            ["ERL_EPMD_PORT"] = $"{_epmd}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        };
        if (_names is null)
        {
            _names = new ChildProcess("epmd", ["-port", $"{_epmd}", "-address", "127.0.0.1", "-d"], _folder, environment);
            await _names.WaitAsync(output => output.Contains("started", StringComparison.OrdinalIgnoreCase) || output.Contains("epmd", StringComparison.OrdinalIgnoreCase) ? output : null, "the start of epmd");
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "plugins"), "[].");
        await File.WriteAllTextAsync(Path.Combine(_folder, "rabbitmq.conf"), $"listeners.tcp.default = 127.0.0.1:{_port}\n");
        _broker = new ChildProcess(program, [], _folder, environment);
        await _broker.WaitAsync(output => output.Contains("Server startup complete", StringComparison.Ordinal) ? output : null, "the start of RabbitMQ");
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
