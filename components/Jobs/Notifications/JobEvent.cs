using System.Text.Json.Serialization;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;

namespace Serverless.Jobs.Notifications;

/// <summary>What is told when a job has entered a state: the data of the CloudEvent on <c>job-events</c>, and at its end of a webhook's message.</summary>
/// <param name="Id">The event's own id, the same each time that it is told.</param>
/// <param name="Type"><c>job.queued</c>, <c>job.running</c>, <c>job.completed</c>, ...</param>
/// <param name="Tenant">Whose job it is.</param>
/// <param name="JobId">The job.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">The state.</param>
/// <param name="Sequence">Its number among the job's states, from 1: events may come late, and twice.</param>
/// <param name="Rows">The job's rows; 0 until it is planned.</param>
/// <param name="RowsDone">Of these, in shards that have ended.</param>
/// <param name="RowsFailed">Of those, with an error.</param>
/// <param name="OutputUri">Where they are.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="At">When it entered the state.</param>
public sealed record JobEvent(
    [property: JsonIgnore] string Id,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("tenant")] string Tenant,
    [property: JsonPropertyName("job_id")] string JobId,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("status")] JobStatus Status,
    [property: JsonPropertyName("sequence")] int Sequence,
    [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("rows_done")] long RowsDone,
    [property: JsonPropertyName("rows_failed")] long RowsFailed,
    [property: JsonPropertyName("output_uri")] string OutputUri,
    [property: JsonPropertyName("error")] JobErrorResource? Error,
    [property: JsonPropertyName("at")] DateTimeOffset At)
{
    /// <summary>The event of a job that has ended.</summary>
    public static JobEvent OfEnd(JobState state) => Of(state, state.History[^1]);

    /// <summary>The event of a state that a job has entered; the numbers are those that are known when it is told.</summary>
    public static JobEvent Of(JobState state, JobHistoryEntry entry)
    {
        var key = JobKey.Parse(state.Submission.Key);
        return new(
            $"{key.Tenant}-{key.Id}-{entry.Number}", $"job.{entry.Status.ToName()}", key.Tenant, key.Id, state.Submission.Name, entry.Status, entry.Number,
            state.RowsTotal, state.Ended.Rows, state.Ended.RowsFailed, state.Submission.OutputUri, entry.Status is JobStatus.Failed ? state.Error : null, entry.At);
    }
}
