using System.Text.Json;
using Dapr.Actors;
using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;

namespace Serverless.Jobs.Catalog;

/// <summary>
/// The jobs that a tenant submitted on one day (id <c>{tenant}@{yyyy-MM-dd}</c>), or the days on which it submitted any (<c>{tenant}@days</c>). Written when
/// a job changes its state only.
/// </summary>
public interface ICatalogActor : IActor
{
    /// <summary>Actor type.</summary>
    const string ActorType = "Catalog";

    /// <summary>Adds a job, or notes its new state.</summary>
    Task PutAsync(CatalogEntry entry);

    /// <summary>Forgets a job.</summary>
    Task RemoveAsync(string jobId);

    /// <summary>The day's jobs, newest first.</summary>
    Task<IReadOnlyList<CatalogEntry>> FindAsync(CatalogQuery query);

    /// <summary>Adds a day.</summary>
    Task AddDayAsync(DateOnly day);

    /// <summary>The days, newest first.</summary>
    Task<IReadOnlyList<DateOnly>> GetDaysAsync();
}

/// <summary>A job in the catalog.</summary>
public sealed record CatalogEntry(string JobId, DateTimeOffset SubmittedAt, JobStatus Status, string? Name, IReadOnlyDictionary<string, JsonElement>? Metadata)
{
    /// <summary>The entry of a job.</summary>
    public static CatalogEntry Of(string id, JobState state) => new(id, state.Submission.SubmittedAt, state.Status, state.Submission.Name, state.Submission.Metadata);

    /// <summary>Whether it comes after another one in a list, newest first; equal times by id.</summary>
    public bool IsAfter(DateTimeOffset submittedAt, string jobId) =>
        SubmittedAt < submittedAt || (SubmittedAt == submittedAt && string.CompareOrdinal(JobId, jobId) > 0);
}

/// <summary>Which jobs.</summary>
/// <param name="Limit">At most so many.</param>
/// <param name="Status">Only those in this state.</param>
/// <param name="Labels">Only those with these values in their metadata.</param>
/// <param name="From">Submitted at this time or later.</param>
/// <param name="Until">Submitted before this time.</param>
/// <param name="AfterTime">With <paramref name="AfterId"/>: only those after this entry.</param>
/// <param name="AfterId">See <paramref name="AfterTime"/>.</param>
public sealed record CatalogQuery(
    int Limit, JobStatus? Status = null, IReadOnlyDictionary<string, string>? Labels = null, DateTimeOffset? From = null, DateTimeOffset? Until = null,
    DateTimeOffset? AfterTime = null, string? AfterId = null)
{
    /// <summary>Whether an entry is asked for.</summary>
    public bool Matches(CatalogEntry entry) =>
        (Status is null || entry.Status == Status)
        && (From is null || entry.SubmittedAt >= From)
        && (Until is null || entry.SubmittedAt < Until)
        && (AfterTime is not { } time || entry.IsAfter(time, AfterId ?? ""))
        && (Labels is null || Labels.All(label => entry.Metadata?.TryGetValue(label.Key, out var value) is true && value.ToString() == label.Value));
}
