using Serverless.Contracts.Results;

namespace Serverless.Processing.Jobs;

/// <summary>A shard as the output folder knows it.</summary>
/// <param name="Plan">Its place in the plan.</param>
/// <param name="RowsFailed">Rows of its part that stand there with an error; null while there is no part.</param>
public sealed record OutputShard(ShardRecord Plan, long? RowsFailed)
{
    /// <summary>Whether its part is there.</summary>
    public bool IsDone => RowsFailed is not null;
}
