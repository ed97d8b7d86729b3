using Microsoft.Extensions.Logging;
using Serverless.Placement.Pools;

namespace Serverless.Workers;

/// <summary>What a worker logs.</summary>
internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Warning, "Heartbeat failed, {Failures} in a row")]
    public static partial void HeartbeatFailed(ILogger logger, int failures, Exception error);

    [LoggerMessage(4002, LogLevel.Warning, "Replica {ReplicaId} did not reach its pool, {Failures} in a row")]
    public static partial void ExchangeFailed(ILogger logger, string replicaId, int failures, Exception error);

    [LoggerMessage(4003, LogLevel.Warning, "Job {JobId} did not take a report, {Failures} in a row; it is repeated")]
    public static partial void ReportFailed(ILogger logger, string jobId, int failures, Exception error);

    [LoggerMessage(4004, LogLevel.Warning, "{Attempt} failed ({Code}): {Reason}")]
    public static partial void AttemptFailed(ILogger logger, RunningShard attempt, string code, string reason);

    [LoggerMessage(4005, LogLevel.Critical, "The engine is broken, this process ends: {Reason}")]
    public static partial void EngineFailed(ILogger logger, string reason);

    [LoggerMessage(4006, LogLevel.Error, "Replica {ReplicaId} broke")]
    public static partial void ReplicaFailed(ILogger logger, string replicaId, Exception error);

    [LoggerMessage(4007, LogLevel.Information, "Replica {ReplicaId} is given back")]
    public static partial void Retired(ILogger logger, string replicaId);

    [LoggerMessage(4008, LogLevel.Information, "Replica {ReplicaId} has ended")]
    public static partial void ReplicaEnded(ILogger logger, string replicaId);

    [LoggerMessage(4009, LogLevel.Warning, "The cluster did not hear that the node leaves")]
    public static partial void LeaveFailed(ILogger logger, Exception error);
}
