using Serverless.Contracts.Api;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Jobs;
using Serverless.Jobs.Actors;

namespace Serverless.Api.Jobs;

/// <summary>Jobs as the API shows them.</summary>
internal static class JobResources
{
    public const string Root = "/api/v1/jobs";

    private static readonly string[] Linked = ["events", "history", "shards", "results", "results/preview", "errors", "usage", "cancel", "pause", "resume", "retry"];

    public static JobResource Of(JobView view)
    {
        var state = view.State;
        var id = JobKey.Parse(state.Submission.Key).Id;
        var final = JobTransitions.IsFinal(state.Status);
        var done = Math.Min(state.Ended.Rows + view.Running.Rows, Math.Max(state.RowsTotal, state.Ended.Rows));
        return new JobResource
        {
            Id = id,
            Name = state.Submission.Name,
            Status = state.Status,
            StatusSince = state.History[^1].At,
            RetryOf = state.Submission.RetryOf,
            Retries = state.Retries,
            CreatedAt = state.Submission.SubmittedAt,
            FinishedAt = final ? state.History[^1].At : null,
            Priority = state.Submission.Priority,
            Rows = new RowCounts(state.RowsTotal, done, state.Ended.RowsFailed + view.Running.RowsFailed),
            Shards = new ShardCounts(state.ShardsTotal, state.Ended.Shards, view.Running.Shards),
            TokensPerSecond = final ? 0 : view.TokensPerSecond,
            EtaSeconds = !final && view.RowsPerSecond > 0 ? Math.Max(0, state.RowsTotal - done) / view.RowsPerSecond : null,
            WaitingReason = state.WaitingReason,
            Error = state.Error,
            ErrorGroups = state.Errors,
            Usage = new Usage(state.Ended.InputTokens + view.Running.InputTokens, 0, state.Ended.OutputTokens + view.Running.OutputTokens),
            OutputUri = state.Submission.OutputUri,
            Metadata = state.Submission.Metadata,
            Links = LinksOf(id),
        };
    }

    private static Dictionary<string, string> LinksOf(string id) => Linked.ToDictionary(
        name => name.Replace('/', '_'), name => $"{Root}/{id}/{name}", StringComparer.Ordinal);
}
