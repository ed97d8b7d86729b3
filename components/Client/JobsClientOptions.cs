namespace Serverless.Client;

/// <summary>Where the job service is, and who calls.</summary>
public sealed class JobsClientOptions
{
    /// <summary>The service's address. Default: http://127.0.0.1:8080, where <c>serverless up</c> listens.</summary>
    public Uri BaseAddress { get; init; } = new("http://127.0.0.1:8080");

    /// <summary>An API key. Default: none, which a service on loopback without keys accepts.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Longest time of one request that is not a stream. Default: 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause between two looks at a job. Default: 1 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads <c>SERVERLESS_SERVER</c> and <c>SERVERLESS_API_KEY</c>.</summary>
    /// <exception cref="FormatException">The address is none.</exception>
    public static JobsClientOptions FromEnvironment()
    {
        var server = Environment.GetEnvironmentVariable("SERVERLESS_SERVER");
        var key = Environment.GetEnvironmentVariable("SERVERLESS_API_KEY");
        var defaults = new JobsClientOptions();
        return new JobsClientOptions { BaseAddress = string.IsNullOrEmpty(server) ? defaults.BaseAddress : Parse(server), ApiKey = string.IsNullOrEmpty(key) ? null : key };
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Uri Parse(string server) => Uri.TryCreate(server, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new FormatException($"The job service's address is \"{server}\"; expected http://host:port (--server or SERVERLESS_SERVER).");
}
