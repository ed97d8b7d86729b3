using Serverless.Inference.Kernels.Cuda;
using Serverless.Processing;

namespace Serverless.Workers;

/// <summary>One worker process.</summary>
public sealed record WorkerOptions
{
    /// <summary>The node that it is: ASCII letters, digits, <c>. _ -</c>.</summary>
    public required string NodeId { get; init; }

    /// <summary>The port on the loopback address where the sidecar calls it.</summary>
    public required int AppPort { get; init; }

    /// <summary>Labels that jobs may ask for. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The GPUs that it has an engine slot on, one each. Default: none, one engine slot on <see cref="DeviceWithoutCards"/>.</summary>
    public IReadOnlyList<CudaDevice> Cards { get; init; } = [];

    /// <summary>What an engine runs on where there are no <see cref="Cards"/>; jobs see a CPU in any case. Default: cpu.</summary>
    public string DeviceWithoutCards { get; init; } = "cpu";

    /// <summary>A folder that outlives the process, for what the node's next process must know. Default: null, nothing is kept.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The sidecar's HTTP address. Default: <c>DAPR_HTTP_ENDPOINT</c>, else <c>DAPR_HTTP_PORT</c> on this host, else port 3500.</summary>
    public string? SidecarEndpoint { get; init; }

    /// <summary>How models are loaded. Default: this product's own engine.</summary>
    public EngineLoader? LoadEngine { get; init; }

    /// <summary>Gives the keys of servers (<c>model.secret_ref</c>). Default: <see cref="Processing.Secrets.FromThisProcess"/>.</summary>
    public SecretSource Secrets { get; init; } = Processing.Secrets.FromThisProcess;

    /// <summary>Shards that one replica has at most, of all jobs together, by its memory. Default: 64.</summary>
    public int MaxShardsPerReplica { get; init; } = 64;

    /// <summary>How often a replica that works comes to its pool, besides when something ended. Default: 1 s.</summary>
    public TimeSpan ExchangeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a replica that has nothing to do comes to its pool. Default: 5 s.</summary>
    public TimeSpan IdleInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often jobs are told how far their shards are, besides when one ended. Default: 500 ms.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the cluster hears of the node. Default: 5 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a job stays open without a shard. Default: 60 s.</summary>
    public TimeSpan JobIdleTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a call of the sidecar may take. Default: 10 s.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long shards that run may go on when the process is asked to end. Default: 20 s.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the last reports may take when the process ends. Default: 5 s.</summary>
    public TimeSpan LastReportTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Reads labels as a command line has them: <c>zone=a,disk=ssd</c>.</summary>
    /// <param name="text">The labels; empty for none.</param>
    /// <exception cref="FormatException">Something is no label.</exception>
    public static IReadOnlyDictionary<string, string> ParseLabels(string text) => text
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(label => label.Split('=', 2) is [{ Length: > 0 } name, { } value]
            ? (name, value)
            : throw new FormatException($"\"{label}\" is no label; expected name=value, separated by commas"))
        .ToDictionary(label => label.name, label => label.value);
}
