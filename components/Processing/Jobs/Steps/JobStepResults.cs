using System.Text.Json.Serialization;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;

namespace Serverless.Processing.Jobs;

/// <summary>The output folder is the job's.</summary>
/// <param name="JobId">The job that took the folder: this one, or an earlier one that is the same.</param>
/// <param name="Fingerprint">What makes the job this job.</param>
/// <param name="ModelRevision">The model's content.</param>
/// <param name="PinnedModelSource">Where exactly this content is.</param>
/// <param name="Files">Files to plan, 0 .. n-1; 1 for items.</param>
/// <param name="Finished">The manifest, if the job was finished before.</param>
public sealed record JobClaim(string JobId, string Fingerprint, string ModelRevision, string PinnedModelSource, int Files, Manifest? Finished);

/// <summary>One input file, looked at.</summary>
/// <param name="File">Index of the file.</param>
/// <param name="Rows">Its rows; 0 where the whole plan is there already.</param>
/// <param name="Shards">Shards that it would have alone; 0 where the whole plan is there already.</param>
public sealed record FilePlan(int File, long Rows, int Shards);

/// <summary>A shard whose part is there.</summary>
/// <param name="Shard">Its number.</param>
/// <param name="Rows">Its rows.</param>
public sealed record DoneShard(int Shard, long Rows);

/// <summary>A group of shards whose parts are all there, measured.</summary>
/// <param name="Group">Number of the group.</param>
/// <param name="Rows">Rows of its parts.</param>
/// <param name="RowsFailed">Of these, with an error.</param>
/// <param name="Records">Records.</param>
/// <param name="Usage">Tokens.</param>
public sealed record SealedGroup(int Group, long Rows, long RowsFailed, long Records, Usage Usage);

/// <summary>How a job ends.</summary>
/// <param name="StoppedAs">Cancelled or expired; null for a job whose rows are all there, which is completed or completed_with_errors.</param>
/// <param name="OfferedGroups">Groups that were offered, 0 .. n-1: all of them sealed.</param>
/// <param name="NotStarted">Shards of the others.</param>
public sealed record JobEnd(JobStatus? StoppedAs, int OfferedGroups, IReadOnlyList<ShardRange> NotStarted)
{
    /// <summary>Every shard has its part.</summary>
    [JsonIgnore]
    internal static JobEnd OfAllShards { get; } = new(null, 0, []);
}
