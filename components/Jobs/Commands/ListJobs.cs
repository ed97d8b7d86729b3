using System.Globalization;
using System.Text;
using MediatR;
using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Catalog;

namespace Serverless.Jobs.Commands;

/// <summary>A tenant's jobs, newest first.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Limit">At most so many, 1 to <see cref="MaxLimit"/>.</param>
/// <param name="Cursor">Where the page before ended.</param>
/// <param name="Status">Only those in this state.</param>
/// <param name="Labels">Only those with these values in their metadata.</param>
/// <param name="From">Submitted at this time or later.</param>
/// <param name="Until">Submitted before this time.</param>
public sealed record ListJobs(
    string Tenant, int Limit, string? Cursor = null, JobStatus? Status = null, IReadOnlyDictionary<string, string>? Labels = null, DateTimeOffset? From = null,
    DateTimeOffset? Until = null) : IRequest<JobList>, ITenantCommand
{
    /// <summary>Jobs of one page at most.</summary>
    public const int MaxLimit = 100;
}

/// <summary>A page.</summary>
/// <param name="Jobs">The jobs, as they stand now.</param>
/// <param name="NextCursor">For the next page; null on the last one.</param>
public sealed record JobList(IReadOnlyList<(string Id, JobView Job)> Jobs, string? NextCursor);

/// <summary>Walks the days, newest first, from the cursor on.</summary>
public sealed class ListJobsHandler(JobActors actors) : IRequestHandler<ListJobs, JobList>
{
    /// <inheritdoc />
    public async Task<JobList> Handle(ListJobs query, CancellationToken cancellationToken)
    {
        var after = query.Cursor is null ? null : ListCursor.Parse(query.Cursor);
        var wanted = query.Limit + 1;
        List<CatalogEntry> found = [];
        foreach (var day in await actors.Days(query.Tenant).GetDaysAsync())
        {
            if (found.Count >= wanted)
            {
                break;
            }

            if (IsInRange(day, query, after))
            {
                found.AddRange(await actors.Day(query.Tenant, day).FindAsync(new CatalogQuery(
                    wanted - found.Count, query.Status, query.Labels, query.From, query.Until, after?.SubmittedAt, after?.JobId)));
            }
        }

        var page = found.Take(query.Limit).ToList();
        var views = await Task.WhenAll(page.Select(async entry => (entry.JobId, View: await actors.Job(new JobKey(query.Tenant, entry.JobId)).GetAsync())));
        var next = found.Count > query.Limit ? new ListCursor(page[^1].SubmittedAt, page[^1].JobId).ToString() : null;
        return new JobList([.. views.Where(view => view.View is not null).Select(view => (view.JobId, view.View!))], next);
    }

    private static bool IsInRange(DateOnly day, ListJobs query, ListCursor? after) =>
        (query.From is not { } from || day >= DateOnly.FromDateTime(from.UtcDateTime))
        && (query.Until is not { } until || day <= DateOnly.FromDateTime(until.UtcDateTime))
        && (after is null || day <= DateOnly.FromDateTime(after.SubmittedAt.UtcDateTime));
}

/// <summary>Where a page ended: opaque to clients.</summary>
internal sealed record ListCursor(DateTimeOffset SubmittedAt, string JobId)
{
    /// <exception cref="FormatException">It is none of ours.</exception>
    public static ListCursor Parse(string text)
    {
        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text.Replace('-', '+').Replace('_', '/'), bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(' ', 2) is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time <= DateTimeOffset.MaxValue.Ticks)
        {
            return new ListCursor(new DateTimeOffset(time, TimeSpan.Zero), id);
        }

        throw new FormatException("cursor: expected the next_cursor of the page before");
    }

    public override string ToString() =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{SubmittedAt.UtcTicks} {JobId}"))).Replace('+', '-').Replace('/', '_');
}
