using System.Text.Json.Serialization;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;

namespace Serverless.Jobs.Notifications;

/// <summary>What is told when a job has ended: the data of the CloudEvent on <c>job-events</c>, and of a webhook's message.</summary>
/// <param name="Type"><c>job.completed</c>, <c>job.failed</c>, ...</param>
/// <param name="JobId">The job.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="RowsFailed">Of these, with an error.</param>
/// <param name="OutputUri">Where they are.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="FinishedAt">When it ended.</param>
public sealed record JobEvent(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("job_id")] string JobId,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("status")] JobStatus Status,
    [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("rows_failed")] long RowsFailed,
    [property: JsonPropertyName("output_uri")] string OutputUri,
    [property: JsonPropertyName("error")] JobErrorResource? Error,
    [property: JsonPropertyName("finished_at")] DateTimeOffset FinishedAt)
{
    /// <summary>The event of a job that has ended.</summary>
    public static JobEvent Of(Actors.JobState state) => new(
        $"job.{state.Status.ToName()}", JobKey.Parse(state.Submission.Key).Id, state.Submission.Name, state.Status,
        state.RowsTotal, state.Ended.RowsFailed, state.Submission.OutputUri, state.Error, state.History[^1].At);
}
