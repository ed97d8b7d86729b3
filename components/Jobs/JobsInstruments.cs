using System.Diagnostics.Metrics;
using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;

namespace Serverless.Jobs;

/// <summary>
/// Counts of this process since it started: each job and each shard is counted where its actor lives, once. Names and units follow OpenTelemetry's
/// conventions (dotted lower case, UCUM units). No label holds an id.
/// </summary>
internal static class JobsInstruments
{
    private static readonly Meter Meter = new(JobsTelemetry.Name);
    private static readonly Counter<long> Submitted = Meter.CreateCounter<long>("serverless.jobs.submitted", "{job}", "Jobs accepted");
    private static readonly Counter<long> Finished = Meter.CreateCounter<long>("serverless.jobs.finished", "{job}", "Jobs that ended, by how they did");
    private static readonly Counter<long> Rows = Meter.CreateCounter<long>("serverless.rows.finished", "{row}", "Rows of shards that are done, with an answer or with an error");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("serverless.tokens", "{token}", "Tokens of shards that are done, of prompts and generated");

    /// <summary>A job was accepted.</summary>
    public static void Accepted() => Submitted.Add(1);

    /// <summary>A job has entered a state.</summary>
    public static void Entered(JobStatus status)
    {
        if (JobTransitions.IsFinal(status))
        {
            Finished.Add(1, new KeyValuePair<string, object?>("status", status.ToName()));
        }
    }

    /// <summary>Shards of a job ended.</summary>
    /// <param name="before">Its counts before.</param>
    /// <param name="after">And after.</param>
    public static void Counted(JobCounts before, JobCounts after)
    {
        var failed = after.RowsFailed - before.RowsFailed;
        Rows.Add(after.Rows - before.Rows - failed, new KeyValuePair<string, object?>("outcome", "answer"));
        Rows.Add(failed, new KeyValuePair<string, object?>("outcome", "error"));
        Tokens.Add(after.InputTokens - before.InputTokens, new KeyValuePair<string, object?>("direction", "input"));
        Tokens.Add(after.OutputTokens - before.OutputTokens, new KeyValuePair<string, object?>("direction", "output"));
    }
}
