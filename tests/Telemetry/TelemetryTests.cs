using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Serverless.Telemetry.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_and_traces_of_every_component_reach_an_otlp_collector_when_the_session_ends()
    {
        using var collector = new Collector();
        using var environment = new EnvironmentVariables(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        using var meter = new Meter("Serverless.Inference");
        using var source = new ActivitySource("Serverless.Processing");

        var answering = collector.WaitForAsync("/v1/metrics", "/v1/traces");
        using (TelemetrySession.Start(TelemetryOptions.FromEnvironment("test-service")))
        {
            meter.CreateCounter<long>("test.tokens").Add(3);
            source.StartActivity("test.shard")!.Dispose();
        }

        var received = await answering;
        received["/v1/metrics"].ShouldContain("test.tokens");
        received["/v1/traces"].ShouldContain("test.shard");
        received["/v1/traces"].ShouldContain("test-service");
    }

    [Fact]
    public void An_unknown_log_level_is_named_together_with_those_that_exist()
    {
        using var environment = new EnvironmentVariables(("SERVERLESS_LOG_LEVEL", "loud"));
        Should.Throw<FormatException>(() => TelemetryOptions.FromEnvironment("x")).Message.ShouldBe(
            "SERVERLESS_LOG_LEVEL is 'loud'; set it to one of Trace, Debug, Information, Warning, Error, Critical, None.");
    }

    [Fact]
    public void Logs_go_to_stderr_and_leave_stdout_to_the_data()
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var capturedOutput = new StringWriter();
        using var capturedErrors = new StringWriter();
        try
        {
            Console.SetOut(capturedOutput);
            Console.SetError(capturedErrors);
            using var session = TelemetrySession.Start(new TelemetryOptions { LogLevel = LogLevel.Information });
            var logger = session.Loggers.CreateLogger("test");
            TestLog.Line(logger);
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }

        capturedErrors.ToString().ShouldContain("a line for people");
        capturedOutput.ToString().ShouldBeEmpty();
    }

    private sealed class EnvironmentVariables : IDisposable
    {
        private readonly (string Name, string? Old)[] _old;

        public EnvironmentVariables(params (string Name, string Value)[] values)
        {
            _old = [.. values.Select(pair => (pair.Name, Environment.GetEnvironmentVariable(pair.Name)))];
            foreach (var (name, value) in values)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }

        public void Dispose()
        {
            foreach (var (name, old) in _old)
            {
                Environment.SetEnvironmentVariable(name, old);
            }
        }
    }

    /// <summary>Takes what an OTLP exporter posts.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Dictionary<string, string> _received = [];

        public Collector()
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            probe.Stop();
            _listener.Prefixes.Add(Address + "/");
            _listener.Start();
        }

        public string Address { get; }

        public async Task<Dictionary<string, string>> WaitForAsync(params string[] paths)
        {
            while (paths.Any(path => !_received.ContainsKey(path)))
            {
                var context = await _listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(30));
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                _received[context.Request.Url!.AbsolutePath] = Encoding.UTF8.GetString(body.ToArray());
                context.Response.Close();
            }

            return _received;
        }

        public void Dispose() => _listener.Close();
    }
}

internal static partial class TestLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "a line for people")]
    public static partial void Line(ILogger logger);
}
