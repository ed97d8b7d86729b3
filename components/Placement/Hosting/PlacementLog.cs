using Microsoft.Extensions.Logging;

namespace Serverless.Placement.Hosting;

/// <summary>What placement logs.</summary>
internal static partial class PlacementLog
{
    [LoggerMessage(4000, LogLevel.Warning, "The cluster was not told what node {NodeId} holds; a group that finds no room asks the node itself.")]
    public static partial void UseNotTold(ILogger logger, Exception error, string nodeId);

    [LoggerMessage(4001, LogLevel.Information, "Placement group {GroupId} is {State} at attempt {Attempt}: {Reason}")]
    public static partial void GroupChanged(ILogger logger, string groupId, string state, int attempt, string? reason);

    [LoggerMessage(4002, LogLevel.Warning, "Placement group {GroupId} could not give back what it holds on node {NodeId}; it tries again.")]
    public static partial void NotReturned(ILogger logger, Exception error, string groupId, string nodeId);

    [LoggerMessage(4003, LogLevel.Warning, "Job {JobId} was not told what its pool has to say; it is told again.")]
    public static partial void JobNotTold(ILogger logger, Exception error, string jobId);

    [LoggerMessage(4004, LogLevel.Warning, "Node {NodeId} did not take the order {Order} for replica {ReplicaId}.")]
    public static partial void OrderNotTaken(ILogger logger, Exception error, string nodeId, string order, string replicaId);

    [LoggerMessage(4005, LogLevel.Information, "Replica {ReplicaId} is placed on node {NodeId}, attempt {Attempt} of its placement group.")]
    public static partial void ReplicaPlaced(ILogger logger, string replicaId, string? nodeId, int attempt);

    [LoggerMessage(4006, LogLevel.Warning, "Replica {ReplicaId} on node {NodeId} is lost with {Shards} shards: {Reason}")]
    public static partial void ReplicaLost(ILogger logger, string replicaId, string? nodeId, int shards, string reason);

    [LoggerMessage(4007, LogLevel.Warning, "The engine of replica {ReplicaId} failed on node {NodeId} ({Code}): {Error}")]
    public static partial void EngineFailed(ILogger logger, string replicaId, string? nodeId, string code, string error);

    [LoggerMessage(4008, LogLevel.Warning, "Placement group {GroupId} did not answer; the next sweep asks again.")]
    public static partial void GroupSilent(ILogger logger, Exception error, string groupId);

    [LoggerMessage(4009, LogLevel.Information, "Replica {ReplicaId} on node {NodeId} is given back: {Reason}")]
    public static partial void ReplicaReturned(ILogger logger, string replicaId, string? nodeId, string reason);
}
