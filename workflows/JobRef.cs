namespace Serverless.Workflows;

/// <summary>Which job a step is about.</summary>
/// <param name="Key">Its key.</param>
/// <param name="SpecUri">Its spec's blob.</param>
public sealed record JobRef(string Key, string SpecUri);

/// <summary>What a group works on.</summary>
/// <param name="Job">The job.</param>
/// <param name="PoolId">Its pool.</param>
/// <param name="Group">Number of the group.</param>
/// <param name="First">First shard.</param>
/// <param name="Count">Shards.</param>
/// <param name="MaxAttempts">Attempts of a shard, lost workers not counted.</param>
public sealed record GroupInput(JobRef Job, string PoolId, int Group, int First, int Count, int MaxAttempts);

/// <summary>How a group ended.</summary>
/// <param name="Error">Why it failed; null if all its shards have their parts.</param>
/// <param name="Counts">By its parts.</param>
public sealed record GroupResult(Contracts.Api.JobErrorResource? Error, Jobs.Actors.JobCounts? Counts);
