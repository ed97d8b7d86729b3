using System.Diagnostics;

namespace Serverless.Jobs;

/// <summary>Traces of commands and queries.</summary>
public static class JobsTelemetry
{
    /// <summary>Name of the source.</summary>
    public const string Name = "Serverless.Jobs";

    /// <summary>Attribute of spans: the job.</summary>
    internal const string JobId = "serverless.job.id";

    internal static ActivitySource Source { get; } = new(Name);
}
