using System.Diagnostics;

namespace Serverless.Jobs;

/// <summary>Traces of commands and queries.</summary>
public static class JobsTelemetry
{
    /// <summary>Name of the source.</summary>
    public const string Name = "Serverless.Jobs";

    internal static ActivitySource Source { get; } = new(Name);
}
